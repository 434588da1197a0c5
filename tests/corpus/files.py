"""Writers of small real files for the tests."""

from __future__ import annotations

import zipfile
from pathlib import Path


def pdf(
    path: Path,
    pages: list[list[tuple[float, float, str] | tuple[float, float, str, float]]],
    *,
    lines: list[tuple[float, float, float, float]] = (),
    extra: str = "",
) -> Path:
    """A PDF with Chinese text: (x, y, text) or (x, y, text, size) from the lower left, and ruling lines on every page."""
    objects = [
        "<< /Type /Catalog /Pages 2 0 R >>",
        "",
        "<< /Type /Font /Subtype /Type0 /BaseFont /STSong-Light /Encoding /UniGB-UCS2-H /DescendantFonts [4 0 R] >>",
        "<< /Type /Font /Subtype /CIDFontType0 /BaseFont /STSong-Light /DW 1000 "
        "/CIDSystemInfo << /Registry (Adobe) /Ordering (GB1) /Supplement 2 >> /FontDescriptor 5 0 R >>",
        "<< /Type /FontDescriptor /FontName /STSong-Light /Flags 6 /FontBBox [0 -200 1000 900] /ItalicAngle 0 /Ascent 800 "
        "/Descent -200 /CapHeight 800 /StemV 80 >>",
    ]
    kids = []
    for page in pages:
        words = "".join(
            f"{extra} BT /F1 {size[0] if size else 12} Tf {x} {y} Td <{text.encode('utf-16-be').hex()}> Tj ET\n"
            for x, y, text, *size in page
        )
        rules = "".join(f"{x0} {y0} m {x1} {y1} l S\n" for x0, y0, x1, y1 in lines)
        stream = words + rules
        number = len(objects) + 1
        objects.append(f"<< /Length {len(stream)} >>\nstream\n{stream}endstream")
        objects.append(
            f"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents {number} 0 R /Resources << /Font << /F1 3 0 R >> >> >>"
        )
        kids.append(f"{number + 1} 0 R")
    objects[1] = f"<< /Type /Pages /Count {len(kids)} /Kids [{' '.join(kids)}] >>"
    body, offsets = "%PDF-1.4\n", []
    for number, content in enumerate(objects, 1):
        offsets.append(len(body))
        body += f"{number} 0 obj\n{content}\nendobj\n"
    table = "".join(f"{offset:010d} 00000 n \n" for offset in offsets)
    body += f"xref\n0 {len(objects) + 1}\n0000000000 65535 f \n{table}trailer\n<< /Size {len(objects) + 1} /Root 1 0 R >>\n"
    path.write_bytes((body + f"startxref\n{body.index('xref')}\n%%EOF\n").encode("latin-1"))
    return path


def locked_pdf(path: Path) -> Path:
    """A PDF that asks for a password: its encryption dictionary belongs to a password that is not empty."""
    pdf(path, [[(72, 700, "机密")]])
    data = path.read_bytes()
    lock = b"/ID [<00112233445566778899aabbccddeeff> <00112233445566778899aabbccddeeff>] /Encrypt << /Filter /Standard /V 1 /R 2 /P -4 "
    lock += b"/O <" + b"11" * 32 + b"> /U <" + b"22" * 32 + b"> >> >>"
    path.write_bytes(data.replace(b"/Root 1 0 R >>", b"/Root 1 0 R " + lock))
    return path


def bomb(path: Path, part: str = "word/document.xml", size: int = 420 * 2**20) -> Path:
    """An office file of some kilobytes that unpacks to hundreds of megabytes."""
    block = b"0" * 2**20
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive, archive.open(part, "w", force_zip64=True) as stream:
        for _ in range(size // 2**20):
            stream.write(block)
    return path
