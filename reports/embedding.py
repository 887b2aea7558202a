"""Puts a face into a PDF: only the glyphs that are used, under their own numbers, with a map back to text.

reportlab embeds a font by characters; shaped text has glyphs that no single character stands for. So a face becomes a
composite font whose codes *are* glyph numbers (ISO 32000-1, 9.7: Type0, CIDFontType2, Identity-H).
"""

from __future__ import annotations

from collections.abc import Mapping

from reportlab.pdfbase import pdfdoc

from reports.faces import Face


class EmbeddedFace:
    """One face in one document; reportlab calls `addObjects` when the document is finished."""

    def __init__(self, face: Face, resource: str) -> None:
        self.face = face
        self.resource = resource
        self._texts: dict[int, str] = {0: ""}

    def use(self, gid: int, text: str) -> None:
        """Marks a glyph as used; the first text it stood for is what a reader copies."""
        if not self._texts.get(gid):
            self._texts[gid] = text

    def addObjects(self, document: pdfdoc.PDFDocument) -> None:
        """Writes the font and its parts into the document."""
        name = f"/PACKBY+{self.face.name}"
        descriptor = pdfdoc.PDFDictionary(
            {
                "Type": "/FontDescriptor",
                "FontName": name,
                "Flags": 4,
                "FontBBox": pdfdoc.PDFArray([-1000, -1000, 3000, 2000]),
                "ItalicAngle": 0,
                "Ascent": round(self.face.ascent * 1000),
                "Descent": -round(self.face.descent * 1000),
                "CapHeight": 668,
                "StemV": 80,
                "FontFile2": _stream(document, self.face.subset(self._texts), self.resource + "File"),
            }
        )
        descendant = pdfdoc.PDFDictionary(
            {
                "Type": "/Font",
                "Subtype": "/CIDFontType2",
                "BaseFont": name,
                "CIDSystemInfo": pdfdoc.PDFDictionary(
                    {"Registry": pdfdoc.PDFString("Adobe"), "Ordering": pdfdoc.PDFString("Identity"), "Supplement": 0}
                ),
                "FontDescriptor": document.Reference(descriptor, self.resource + "Descriptor"),
                "CIDToGIDMap": "/Identity",
                "DW": 1000,
                "W": self._widths(),
            }
        )
        font = pdfdoc.PDFDictionary(
            {
                "Type": "/Font",
                "Subtype": "/Type0",
                "BaseFont": name,
                "Encoding": "/Identity-H",
                "DescendantFonts": pdfdoc.PDFArray([document.Reference(descendant, self.resource + "Descendant")]),
                "ToUnicode": _stream(document, to_unicode(self._texts), self.resource + "Text"),
            }
        )
        document.idToObject["BasicFonts"].dict[self.resource] = document.Reference(font, self.resource)

    def _widths(self) -> str:
        """Each glyph with its width in thousandths of an em, written out: reportlab's arrays of arrays take longer."""
        return f"[ {' '.join(f'{gid} [ {round(self.face.advance(gid) * 1000)} ]' for gid in sorted(self._texts))} ]"


def to_unicode(texts: Mapping[int, str]) -> bytes:
    """The map from glyph numbers to text (ISO 32000-1, 9.10.3)."""
    rows = [f"<{gid:04X}> <{text.encode('utf-16-be').hex()}>" for gid, text in sorted(texts.items()) if text]
    parts = [
        "/CIDInit /ProcSet findresource begin",
        "12 dict begin",
        "begincmap",
        "/CIDSystemInfo << /Registry (Adobe) /Ordering (UCS) /Supplement 0 >> def",
        "/CMapName /Adobe-Identity-UCS def",
        "/CMapType 2 def",
        "1 begincodespacerange",
        "<0000> <FFFF>",
        "endcodespacerange",
    ]
    for start in range(0, len(rows), 100):
        some = rows[start : start + 100]
        parts += [f"{len(some)} beginbfchar", *some, "endbfchar"]
    parts += ["endcmap", "CMapName currentdict /CMap defineresource pop", "end", "end"]
    return "\n".join(parts).encode("ascii")


def _stream(document: pdfdoc.PDFDocument, content: bytes, name: str) -> object:
    stream = pdfdoc.PDFStream(content=content)
    stream.dictionary["Length1"] = len(content)
    stream.filters = [pdfdoc.PDFZCompress]
    return document.Reference(stream, name)
