"""answers taken back, said in a manner, and answered again

Revision: 0006, after 0005
"""

import sqlalchemy as sa
from alembic import op

revision = '0006'
down_revision = "0005"
branch_labels = None
depends_on = None

_BEFORE = "'approved', 'sending', 'sent', 'unclear', 'refused', 'cancelled'"
_NOW = "'approved', 'sending', 'sent', 'retracting', 'retracted', 'unclear', 'refused', 'cancelled'"
_LIVE_BEFORE = "status IN ('approved', 'sending', 'sent', 'unclear')"
_LIVE_NOW = "status IN ('approved', 'sending', 'sent', 'unclear', 'retracting')"


def _known(listed: str, live: str) -> None:
    with op.batch_alter_table('reply', schema=None) as batch_op:
        batch_op.drop_index('reply_one_live_per_post')
        batch_op.drop_constraint('status_known', type_='check')
        batch_op.create_check_constraint('status_known', f"status IN ({listed})")
        batch_op.create_index(
            'reply_one_live_per_post', ['post_id', 'dry_run'], unique=True,
            sqlite_where=sa.text(live), postgresql_where=sa.text(live),
        )


def upgrade() -> None:
    _known(_NOW, _LIVE_NOW)
    with op.batch_alter_table('reply', schema=None) as batch_op:
        batch_op.add_column(sa.Column('manner', sa.JSON(), server_default="{}", nullable=False))
        batch_op.create_index('reply_receipt', ['network', 'external_id'], unique=False)
    with op.batch_alter_table('mention', schema=None) as batch_op:
        batch_op.add_column(sa.Column('follows_id', sa.Integer(), nullable=True))
        batch_op.create_index(batch_op.f('ix_mention_follows_id'), ['follows_id'], unique=False)
    with op.batch_alter_table('card', schema=None) as batch_op:
        batch_op.add_column(sa.Column('under', sa.String(), nullable=True))


def downgrade() -> None:
    with op.batch_alter_table('card', schema=None) as batch_op:
        batch_op.drop_column('under')
    with op.batch_alter_table('mention', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_mention_follows_id'))
        batch_op.drop_column('follows_id')
    with op.batch_alter_table('reply', schema=None) as batch_op:
        batch_op.drop_index('reply_receipt')
        batch_op.drop_column('manner')
    _known(_BEFORE, _LIVE_BEFORE)
