"""stories

Revision: 0002, after 0001
"""

import sqlalchemy as sa
import sqlmodel.sql.sqltypes
from alembic import op

revision = '0002'
down_revision = '0001'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table('story',
    sa.Column('id', sa.Integer(), autoincrement=False, nullable=False),
    sa.Column('opened_at', sqlmodel.sql.sqltypes.UTCDateTime(), nullable=False),
    sa.Column('grown_at', sqlmodel.sql.sqltypes.UTCDateTime(), nullable=False),
    sa.PrimaryKeyConstraint('id')
    )
    op.create_table('story_sketch',
    sa.Column('id', sa.Integer(), autoincrement=False, nullable=False),
    sa.Column('story_id', sa.Integer(), nullable=False),
    sa.Column('sketch', sa.LargeBinary(), nullable=False),
    sa.Column('since', sqlmodel.sql.sqltypes.UTCDateTime(), nullable=False),
    sa.Column('until', sqlmodel.sql.sqltypes.UTCDateTime(), nullable=False),
    sa.Column('heard_at', sqlmodel.sql.sqltypes.UTCDateTime(), nullable=False),
    sa.ForeignKeyConstraint(['story_id'], ['story.id'], ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id')
    )
    op.create_index(op.f('ix_story_sketch_story_id'), 'story_sketch', ['story_id'])
    op.create_index(op.f('ix_story_sketch_heard_at'), 'story_sketch', ['heard_at'])
    op.create_table('story_key',
    sa.Column('key', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), autoincrement=False, nullable=False),
    sa.Column('sketch_id', sa.Integer(), nullable=False),
    sa.ForeignKeyConstraint(['sketch_id'], ['story_sketch.id'], ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('key')
    )
    op.create_index(op.f('ix_story_key_sketch_id'), 'story_key', ['sketch_id'])
    # Plain ADD COLUMN, no foreign key: for one, SQLite would need a copy of the table, whose DROP cascades to mentions.
    op.add_column('post', sa.Column('site', sqlmodel.sql.sqltypes.AutoString(), nullable=False, server_default=''))
    op.add_column('post', sa.Column('story_id', sa.Integer(), nullable=True))
    op.create_index(op.f('ix_post_story_id'), 'post', ['story_id'])


def downgrade() -> None:
    op.drop_index(op.f('ix_post_story_id'), 'post')
    op.drop_column('post', 'story_id')
    op.drop_column('post', 'site')
    op.drop_table('story_key')
    op.drop_table('story_sketch')
    op.drop_table('story')
