"""Extract the first face of a TrueType collection: extract_ttc_face.py IN.ttc OUT.ttf NOTICE.

A table `NOTE` states the change, as the licences of the collections require of a changed file.
"""

import sys

from fontTools.ttLib import TTCollection
from fontTools.ttLib.tables.DefaultTable import DefaultTable


def main(collection: str, target: str, notice: str) -> None:
    """Write a file with the face's unchanged tables and the notice."""
    face = TTCollection(collection, lazy=True)[0]
    face["NOTE"] = note = DefaultTable("NOTE")
    note.data = notice.encode()
    face.save(target, reorderTables=None)


if __name__ == "__main__":
    main(*sys.argv[1:])
