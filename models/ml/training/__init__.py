"""Everything needed to make the weights again. Not installed with the package: run it from a clone.

`python -m models.ml.training.fit --help` trains, `python -m models.ml.training.export --help` writes the one file that
ships. Needs the `training` extra (PyTorch). Which sets, whose terms: docs/model/data.md; each run: docs/model/runs.md.
"""
