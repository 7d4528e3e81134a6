"""The text search configuration, and the function that puts the readings of a text into one vector."""

from django.db import migrations

CONFIGURATION = """
CREATE TEXT SEARCH CONFIGURATION portal (PARSER = "default");
ALTER TEXT SEARCH CONFIGURATION portal ADD MAPPING FOR asciiword, asciihword, hword_asciipart WITH english_stem;
ALTER TEXT SEARCH CONFIGURATION portal ADD MAPPING FOR word, hword, hword_part WITH arabic_stem;
ALTER TEXT SEARCH CONFIGURATION portal ADD MAPPING FOR
    numword, numhword, hword_numpart, email, url, url_path, host, file, int, uint, float, sfloat, version WITH simple;
"""

# Vectors of as many words each, laid over one another; joined by || they would stand one behind the other.
FUNCTION = r"""
CREATE FUNCTION portal_vector(readings text[]) RETURNS tsvector LANGUAGE sql STABLE PARALLEL SAFE AS $$
    SELECT CASE WHEN cardinality(readings) = 1 THEN to_tsvector('portal', readings[1])
    ELSE (
        SELECT coalesce(
            string_agg(
                '''' || replace(replace(word.lexeme, '\', '\\'), '''', '''''') || ''':'
                || array_to_string(word.positions, ','),
                ' '
            ),
            ''
        )::tsvector
        FROM unnest(readings) AS reading, LATERAL unnest(to_tsvector('portal', reading)) AS word
    ) END
$$;
"""


class Migration(migrations.Migration):

    dependencies = [
        ('core', '0001_initial'),
    ]

    operations = [
        migrations.RunSQL(CONFIGURATION, 'DROP TEXT SEARCH CONFIGURATION portal'),
        migrations.RunSQL(FUNCTION, 'DROP FUNCTION portal_vector(text[])'),
    ]
