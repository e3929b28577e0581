"""Networks that cost money: which plan and tokens are needed for what, and what is spent."""

from collections.abc import Iterator
from datetime import datetime
from decimal import Decimal

from sqlmodel import Session

from config.credentials import CredentialMissing, Credentials
from config.i18n import Words
from config.schema import Config
from config.sources import XOptions
from config.x_auth import XAuth
from models.limits import MICROS, month_of
from models.tables import SpendRow
from repartie.access import auth_of, secrets_of
from repartie.doctor.diagnosis import Diagnosis, fine, warning


def x_sources(
    session: Session, config: Config, credentials: Credentials, at: datetime, t: Words
) -> Iterator[Diagnosis]:
    """For each X source: what its tier allows, what is spent, what is missing to answer."""
    for name, options in config.sources.items():
        if not isinstance(options, XOptions):
            continue
        what = t("X ({source})", source=name)
        try:
            auth = auth_of(name, config, credentials)
        except CredentialMissing:  # said by `tokens`
            continue
        if not isinstance(auth, XAuth):
            continue
        row = session.get(SpendRow, (auth.key, month_of(at)))
        yield _tier(options, Decimal(row.micros if row else 0) / MICROS, what, t)
        if not auth.speaks:
            held = secrets_of(name, config, credentials)
            missing = [secret.variable for secret in options.secrets() if secret.variable not in held]
            yield warning(
                what,
                t("read only: {variables} not set", variables=", ".join(missing)),
                t(
                    "To answer and to pay a fifth for your own mentions, set them;"
                    " docs/networks/x.md says where they are."
                ),
            )


def _tier(options: XOptions, spent: Decimal, what: str, t: Words) -> Diagnosis:
    if spent + options.prices.counts > options.cap:
        said = t("this month's money is spent: X is deaf until the next one")
        return warning(what, said, t("Raise “cap:” of this source, or wait."))
    dollars, cap = t.number(round(float(spent), 2)), t.number(float(options.cap))
    if options.tier == "enterprise":
        said = t("enterprise: anybody may be answered; ${spent} of ${cap} spent this month", spent=dollars, cap=cap)
    else:
        said = t(
            "pay-per-use: answers only to who mentions or quotes you; ${spent} of ${cap} spent this month",
            spent=dollars,
            cap=cap,
        )
    return fine(what, said)
