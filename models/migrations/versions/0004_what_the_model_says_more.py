"""what the model says more: sentiment towards a brand, further labels, risk, embeddings

Revision: 0004, after 0003
"""

import sqlalchemy as sa
import sqlmodel.sql.sqltypes
from alembic import op

revision = '0004'
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table('embedding',
    sa.Column('post_id', sa.Integer(), nullable=False),
    sa.Column('model', sqlmodel.sql.sqltypes.AutoString(), nullable=False),
    sa.Column('vector', sa.LargeBinary(), nullable=False),
    sa.ForeignKeyConstraint(['post_id'], ['post.id'], ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('post_id')
    )
    with op.batch_alter_table('embedding', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_embedding_model'), ['model'], unique=False)

    with op.batch_alter_table('verdict', schema=None) as batch_op:
        batch_op.add_column(sa.Column('unsure', sa.Boolean(), nullable=False, server_default=sa.false()))
        batch_op.add_column(sa.Column('brand', sqlmodel.sql.sqltypes.AutoString(), nullable=True))
        batch_op.add_column(sa.Column('heads', sa.JSON(), nullable=False, server_default='{}'))
        batch_op.add_column(sa.Column('intent', sqlmodel.sql.sqltypes.AutoString(), nullable=True))
        batch_op.add_column(sa.Column('spam', sa.Float(), nullable=True))
        batch_op.add_column(sa.Column('risk', sa.Float(), nullable=True))
        batch_op.add_column(sa.Column('risk_because', sa.JSON(), nullable=False, server_default='{}'))

    with op.batch_alter_table('verdict', schema=None) as batch_op:
        for column in ('unsure', 'heads', 'risk_because'):
            batch_op.alter_column(column, server_default=None)


def downgrade() -> None:
    with op.batch_alter_table('verdict', schema=None) as batch_op:
        for column in ('risk_because', 'risk', 'spam', 'intent', 'heads', 'brand', 'unsure'):
            batch_op.drop_column(column)

    with op.batch_alter_table('embedding', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_embedding_model'))

    op.drop_table('embedding')
