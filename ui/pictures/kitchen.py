"""Pictures of things for the kitchen and the table."""

from __future__ import annotations

from ui.pictures.brush import Board

SPECKLES = (
    (62, 90),
    (80, 120),
    (100, 84),
    (118, 110),
    (70, 145),
    (96, 148),
    (124, 140),
    (60, 118),
    (110, 128),
    (86, 100),
)


def mug(b: Board, base: str, speckle: str, drink: str = "#3B2A20") -> None:
    b.shadow()
    b.ring(120, 78, 48, 54, base, 13)
    b.body(45, 52, 95, 116, base, 16)
    b.oval(45, 42, 95, 24, "#6F7C86")
    b.oval(52, 45.5, 81, 17, drink)
    b.dots(SPECKLES, speckle)


def tea_tin(b: Board, base: str, mark: str) -> None:
    b.shadow(44, 160, 112)
    b.body(58, 56, 84, 114, base)
    b.body(54, 38, 92, 26, "#D8C7A0")
    b.rect(54, 58, 92, 5, "#B7A478", 2)
    b.oval(75, 86, 50, 50, "#F5EBD7")
    b.curve((100, 94), [(119, 103, 119, 122, 100, 130), (81, 122, 81, 103, 100, 94)], mark)
    b.stroke((100, 100), [(100, 134)], "#F5EBD7", 2)
    b.lines(80, 146, (40, 26), "#F5EBD7", 8, 3)


def chocolate(b: Board, wrap: str, band: str) -> None:
    b.shadow(36, 168, 128, 14)
    with b.turned(-8):
        b.rect(62, 26, 76, 40, "#5A3420", 4)
        for x in (66, 91, 116):
            b.rect(x, 30, 20, 14, "#7A4A2E", 3)
            b.rect(x, 48, 20, 14, "#7A4A2E", 3)
        b.poly(
            [(58, 62), (70, 55), (82, 63), (95, 54), (108, 62), (122, 54), (142, 62), (142, 172), (58, 172)], "#E9E3D3"
        )
        b.rect(58, 70, 84, 102, wrap, 3)
        b.rect(58, 98, 84, 40, band)
        b.lines(70, 107, (60, 44, 28), wrap, 9, 4)
        b.rect(58, 70, 8, 102, "#FFFFFF22")


def honey(b: Board) -> None:
    b.shadow(46, 162, 108)
    b.body(56, 66, 88, 104, "#DE9A22", 20)
    b.rect(66, 78, 10, 66, "#F5CE7A", 5)
    b.body(62, 40, 76, 26, "#B9874A", 6)
    b.rect(62, 58, 76, 4, "#8B622F")
    b.rect(64, 96, 72, 48, "#FFF6DF", 5)
    for x, y in ((100, 106), (90, 112), (110, 112), (100, 118)):
        b.poly([(x, y - 6), (x + 5, y - 3), (x + 5, y + 3), (x, y + 6), (x - 5, y + 3), (x - 5, y - 3)], "#DE9A22")
    b.lines(76, 130, (48, 30), "#7A4A12", 7, 3)


def coffee_bag(b: Board, base: str, label: str) -> None:
    b.shadow(42, 164, 116)
    b.curve(
        (58, 44),
        [(142, 44), (150, 80, 150, 140, 148, 172), (52, 172), (50, 140, 50, 80, 58, 44)],
        b.shaded(50, 100, base),
    )
    b.rect(58, 30, 84, 20, base, 3)
    b.rect(58, 46, 84, 4, "#00000040")
    b.rect(66, 84, 68, 66, label, 4)
    with b.turned(24, 100, 108):
        b.oval(88, 94, 24, 32, "#5B3A24")
        b.stroke((100, 96), [(94, 106, 106, 114, 100, 124)], label, 2.4)
    b.lines(80, 134, (40, 26), "#5B3A24", 7, 3)
    b.oval(94, 60, 12, 12, "#00000038")


def kettle(b: Board) -> None:
    b.shadow(30, 164, 140)
    b.stroke((64, 74), [(62, 26, 140, 26, 138, 74)], "#3A2A20", 9)
    b.curve((146, 104), [(164, 98, 166, 82, 178, 76), (184, 84), (172, 98, 172, 128, 148, 136)], "#A9573C")
    b.curve(
        (58, 84), [(50, 110, 40, 130, 44, 168), (156, 168), (160, 130, 150, 110, 142, 84)], b.shaded(42, 116, "#C76A48")
    )
    b.oval(58, 74, 84, 22, "#D98A68")
    b.oval(90, 62, 20, 18, "#3A2A20")
    b.rect(56, 160, 88, 8, "#8E432B", 3)


def knife(b: Board) -> None:
    b.shadow(34, 150, 132, 12)
    with b.turned(-32):
        b.curve((22, 98), [(60, 84, 96, 84, 124, 84), (124, 116), (84, 120, 44, 116, 22, 98)], "#C9D2D8")
        b.curve((22, 98), [(60, 104, 96, 106, 124, 106), (124, 116), (84, 120, 44, 116, 22, 98)], "#EEF2F4")
        b.rect(122, 82, 10, 38, "#8A949B", 2)
        b.rect(130, 84, 58, 28, "#6A3F26", 8)
        b.rect(134, 88, 50, 6, "#8A5A3A", 3)
        b.dots([(144, 100), (160, 100), (176, 100)], "#E3C9A6", 2.6)


def apron(b: Board) -> None:
    b.shadow(44, 172, 112, 12)
    b.stroke((82, 46), [(80, 14, 120, 14, 118, 46)], "#2E4A45", 5)
    b.stroke((60, 100), [(40, 104, 34, 120, 30, 132)], "#2E4A45", 5)
    b.stroke((140, 100), [(160, 104, 166, 120, 170, 132)], "#2E4A45", 5)
    b.curve(
        (78, 44),
        [(122, 44), (124, 70, 134, 88, 148, 94), (152, 174), (48, 174), (52, 94), (66, 88, 76, 70, 78, 44)],
        b.shaded(46, 108, "#4D7C73"),
    )
    b.rect(76, 112, 48, 34, "#3C655D", 4)
    b.rect(99, 112, 2, 34, "#2E4A45")
    b.rect(80, 52, 40, 3, "#E8DFC9")


def bottle(b: Board, base: str) -> None:
    b.shadow(56, 166, 88)
    b.body(82, 20, 36, 24, "#2B3238", 5)
    b.ring(92, 8, 16, 14, "#2B3238", 4)
    b.curve(
        (84, 44),
        [(116, 44), (120, 56, 132, 58, 132, 76), (132, 174), (68, 174), (68, 76), (68, 58, 80, 56, 84, 44)],
        b.shaded(68, 64, base),
    )
    b.rect(68, 150, 64, 6, "#FFFFFF50")
    b.curve((100, 92), [(112, 108, 114, 116, 100, 126), (86, 116, 88, 108, 100, 92)], "#FFFFFFC8")


def bowl(b: Board, base: str, inner: str) -> None:
    b.shadow(44, 158, 112)
    b.curve((30, 92), [(34, 140, 70, 166, 100, 166), (130, 166, 166, 140, 170, 92)], b.shaded(30, 140, base))
    b.rect(74, 160, 52, 10, base, 4)
    b.oval(30, 74, 140, 36, inner)
    b.oval(40, 79, 120, 26, "#00000022")
    b.stroke((38, 116), [(60, 130, 140, 130, 162, 116)], inner, 4)


def board(b: Board) -> None:
    b.shadow(40, 168, 120, 12)
    with b.turned(6):
        b.rect(50, 58, 100, 116, b.shaded(50, 100, "#C08A52"), 14)
        b.rect(88, 20, 24, 46, b.shaded(88, 24, "#C08A52"), 10)
        b.oval(95, 27, 10, 10, "#EFEAE1")
        for y in (82, 104, 126, 148):
            b.stroke((60, y), [(80, y - 6, 120, y + 6, 140, y)], "#A56F3A", 2)


def towel(b: Board, base: str, stripe: str) -> None:
    b.shadow(34, 160, 132)
    for y, tone in ((128, 118), (92, 108), (56, 100)):
        fill = b.shaded(36, 128, base)
        b.rect(36, y, 128, 40, fill, 16)
        b.rect(36, y + 12, 128, 4, stripe)
        b.rect(36, y + 20, 128, 4, stripe)
        b.stroke((46, y + 38), [(154, y + 38)], "#00000030" if tone else base, 2)
