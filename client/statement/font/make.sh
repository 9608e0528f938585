#!/bin/sh
# Makes the extra fonts of this directory anew, from Debian's fonts-hanazono, fonts-dejavu-core
# and unicode-data with python3-fonttools: see README.md.
#
#   apt-get install fonts-hanazono fonts-dejavu-core unicode-data python3-fonttools
#   sh client/statement/font/make.sh
set -eu
cd "$(dirname "$0")"
exec /usr/bin/python3 - <<'PYTHON'
import bz2, gzip, io
from fontTools import merge, subset
from fontTools.ttLib import TTFont
from fontTools.ttLib.tables._c_m_a_p import CmapSubtable

UNIHAN, FONTS = "/usr/share/unicode/Unihan_%s.txt.bz2", "/usr/share/fonts/truetype/"
# Sources of characters in Unihan: names of people and places, identity cards, family registers, dictionaries of
# the standard.
NAMES = "JMJ JK J3 J4 GXM GDM GIDC GIDC23 GGFZ GGH GCH GKJ GRM GDZ GXC GXH GFZ".split()


def names():
    """The characters that lists of names and national standards have."""
    for file in "OtherMappings", "IRGSources", "DictionaryLikeData":
        for line in bz2.open(UNIHAN % file, "rt"):
            cells = line.rstrip("\n").split("\t")
            if len(cells) != 3:
                continue
            listed = cells[1] in ("kTGH", "kHKSCS", "kJIS0213", "kIICore", "kUnihanCore2020")
            if listed or cells[1] in ("kIRG_GSource", "kIRG_JSource") and cells[2].split("-")[0] in NAMES:
                yield int(cells[0][2:], 16)


def cut(path, wanted):
    """A font with the wanted characters alone, and without what a PDF doesn't use."""
    options = subset.Options(hinting=False, layout_features=[], name_IDs=[0, 1, 2, 3, 4, 5, 6, 13], notdef_outline=True)
    options.drop_tables += ["GSUB", "GPOS", "GDEF", "BASE", "vhea", "vmtx", "kern", "FFTM"]
    font = subset.load_font(path, options)
    cutter = subset.Subsetter(options)
    cutter.populate(unicodes=wanted)
    cutter.subset(font)
    return font


def write(font, file):
    """Writes a font; each character above U+FFFF has a private code too, from U+E000 in their order."""
    best = dict(font.getBestCmap())
    high = sorted(c for c in best if c > 0xFFFF)
    short = {c: g for c, g in best.items() if c <= 0xFFFF and not 0xE000 <= c <= 0xF8FF}
    short.update({0xE000 + i: best[c] for i, c in enumerate(high)})
    assert len(high) <= 6400 and len(short) < 0xFFFF
    font["cmap"].tables = []
    for number, encoding, codes in (4, 1, short), (12, 10, {**short, **{c: best[c] for c in high}}):
        table = CmapSubtable.newSubtable(number)
        table.platformID, table.platEncID, table.language, table.cmap = 3, encoding, 0, codes
        font["cmap"].tables.append(table)
    font.recalcTimestamp = False
    out = io.BytesIO()
    font.save(out)
    with open(file, "wb") as to:
        to.write(gzip.compress(out.getvalue(), 9, mtime=0))
    print(file, len(short), "characters,", len(high), "above U+FFFF")


def ranges(*pairs):
    return {c for first, last in pairs for c in range(first, last + 1)}


droid = set(TTFont(gzip.open("DroidSansFallback.ttf.gz")).getBestCmap())
han = set(names()) | {ord("𠮷")} | ranges((0x2E80, 0x2FDF), (0x2460, 0x24FF), (0x3000, 0x4DBF), (0x9FA6, 0x9FFF), (0xF900, 0xFAFF), (0xFE30, 0xFE4F), (0xFF00, 0xFFEF))
parts = []
for letter in "AB":
    part = cut(FONTS + "hanazono/HanaMin%s.ttf" % letter, han - droid)
    han -= set(part.getBestCmap())
    part.save("/tmp/%s.ttf" % letter)
    parts.append("/tmp/%s.ttf" % letter)
write(merge.Merger().merge(parts), "HanaMin.ttf.gz")

# Not the scripts that are written from right to left or whose letters join: a PDF sets letter beside letter.
letters = ranges((0x20, 0x52F), (0x531, 0x58F), (0x10A0, 0x10FF), (0x1D00, 0x2BFF), (0xA640, 0xA7FF), (0xFB00, 0xFB06), (0x1D400, 0x1D7FF), (0x1F000, 0x1FFFF))
write(cut(FONTS + "dejavu/DejaVuSans.ttf", letters - droid), "DejaVuSans.ttf.gz")
PYTHON
