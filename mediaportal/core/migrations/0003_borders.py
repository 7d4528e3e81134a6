"""What search asks of two texts that follow one another: their words in one vector, and where the one meets the other.

A *bridge* is a lexeme of two words, the last of the first text and the first of the second one, with an arrow between
them, which stands in no word. Few borders have the bridges of a phrase, however often its words stand elsewhere.
"""

from django.db import migrations

# Words of the first text carry the label A, wherever else they stand. In PL/pgSQL, which plans it once.
BORDER = r"""
CREATE FUNCTION portal_border(whole text[], before text[], after text[]) RETURNS tsvector
LANGUAGE plpgsql STABLE PARALLEL SAFE AS $$
DECLARE
    one tsvector := portal_vector(before);
    two tsvector := portal_vector(after);
    bridges text[];
BEGIN
    bridges := ARRAY(
        SELECT a.lexeme || '→' || b.lexeme FROM
            (SELECT lexeme FROM unnest(one) ORDER BY positions[cardinality(positions)] DESC
                FETCH FIRST 1 ROW WITH TIES) AS a,
            (SELECT lexeme FROM unnest(two) ORDER BY positions[1] FETCH FIRST 1 ROW WITH TIES) AS b
        WHERE octet_length(a.lexeme) + octet_length(b.lexeme) < 1000
    );
    RETURN setweight(portal_vector(whole), 'A', tsvector_to_array(one)) || array_to_tsvector(bridges);
END
$$;
"""

# What a phrase has nothing of is looked for by the arrow alone, which nobody finds.
BRIDGES = r"""
CREATE FUNCTION portal_bridges(phrase text) RETURNS tsquery LANGUAGE sql STABLE PARALLEL SAFE AS $$
    WITH said AS (
        SELECT lexeme, dense_rank() OVER (ORDER BY place) AS number
        FROM unnest(to_tsvector('portal', phrase)) AS w, unnest(w.positions) AS place
    )
    SELECT coalesce(
        string_agg(DISTINCT
            '''' || replace(replace(a.lexeme || '→' || b.lexeme, '\', '\\'), '''', '''''') || '''', ' | '
        ),
        '''→'''
    )::tsquery
    FROM said AS a JOIN said AS b ON b.number = a.number + 1
    WHERE octet_length(a.lexeme) + octet_length(b.lexeme) < 1000
$$;
"""

# The same query, whose first word must stand in the first text.
BEGINS = r"""
CREATE FUNCTION portal_begins(asked tsquery) RETURNS tsquery LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE AS $$
    SELECT regexp_replace(
        regexp_replace(asked::text, '^([( !]*''(?:[^'']|'''')*'')(?!:)', '\1:A'),
        '^([( !]*''(?:[^'']|'''')*''):\*(?!A)', '\1:*A'
    )::tsquery
$$;
"""


class Migration(migrations.Migration):

    dependencies = [
        ('core', '0002_full_text'),
    ]

    operations = [
        migrations.RunSQL(BORDER, 'DROP FUNCTION portal_border(text[], text[], text[])'),
        migrations.RunSQL(BRIDGES, 'DROP FUNCTION portal_bridges(text)'),
        migrations.RunSQL(BEGINS, 'DROP FUNCTION portal_begins(tsquery)'),
    ]
