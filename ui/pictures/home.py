"""Pictures of things for the home, the bath and the desk."""

from __future__ import annotations

from ui.pictures.brush import Board


def notebook(b: Board, cover: str, spine: str, strap: str) -> None:
    b.shadow(40, 166, 120, 14)
    with b.turned(-6):
        b.rect(52, 38, 104, 134, "#F3EFE4", 5)
        b.rect(46, 32, 104, 134, cover, 6)
        b.rect(46, 32, 16, 134, spine, 4)
        b.rect(130, 32, 8, 134, strap)
        b.rect(76, 60, 42, 24, "#F3EFE4", 3)
        b.lines(82, 67, (30, 20), spine, 7, 3)


def candle(b: Board, base: str, label: str) -> None:
    b.shadow(44, 160, 112)
    b.body(56, 66, 88, 104, base, 12)
    b.oval(56, 57, 88, 20, "#F6E9CF")
    b.rect(98.4, 50, 3.2, 18, "#3A2A1C")
    b.curve((100, 24), [(113, 40, 110, 54, 100, 55), (90, 54, 87, 40, 100, 24)], "#FFB52E")
    b.curve((100, 36), [(105, 44, 104, 52, 100, 53), (96, 52, 95, 44, 100, 36)], "#FFF1C9")
    b.rect(68, 98, 64, 48, "#FBF6EA", 4)
    b.lines(76, 110, (48, 36, 22), label, 10, 4)


def soap(b: Board, base: str, light: str, stamp: str) -> None:
    b.shadow(34, 152, 132)
    b.rect(40, 92, 120, 70, base, 26)
    b.rect(46, 86, 108, 58, light, 24)
    b.rect(70, 103, 60, 24, stamp, 10)
    b.rect(74, 107, 52, 16, light, 7)
    b.oval(140, 60, 16, 16, "#FFFFFFA0")
    b.oval(126, 44, 10, 10, "#FFFFFFA0")


def tote(b: Board) -> None:
    b.shadow(32, 164, 136, 14)
    b.stroke((70, 74), [(66, 8, 134, 8, 130, 74)], "#B9A98B", 8)
    b.poly([(46, 66), (154, 66), (162, 172), (38, 172)], b.shaded(38, 124, "#D9CBAE"))
    b.rect(45, 66, 110, 5, "#C4B492")
    b.curve(
        (108, 92), [(82, 88, 68, 112, 78, 132), (86, 150, 116, 150, 126, 130), (104, 136, 86, 116, 108, 92)], "#1E3F6E"
    )


def pens(b: Board) -> None:
    b.shadow(40, 164, 120, 14)
    for x, ink, top in ((66, "#B23A50", 34), (92, "#1F5B57", 26), (118, "#1E3F6E", 38)):
        b.rect(x, top, 16, 84, b.shaded(x, 16, ink), 5)
        b.rect(x + 11, top + 6, 3, 34, "#FFFFFF70", 1.5)
        b.poly([(x + 3, top), (x + 13, top), (x + 8, top - 14)], "#D8C7A0")
    b.rect(52, 88, 96, 84, b.shaded(52, 96, "#E9DFC8"), 6)
    b.rect(66, 110, 68, 40, "#FFFFFF", 4)
    b.lines(74, 120, (52, 36, 24), "#6B5B45", 9, 4)


def lamp(b: Board) -> None:
    b.shadow(50, 168, 100, 12)
    b.poly([(74, 30), (126, 30), (152, 96), (48, 96)], b.shaded(48, 104, "#E6B95C"))
    b.oval(48, 88, 104, 16, "#FFE7A8")
    b.rect(96, 100, 8, 58, "#6A4A32", 2)
    b.body(68, 156, 64, 16, "#6A4A32", 8)
    b.stroke((120, 98), [(120, 122)], "#6A4A32", 2)
    b.dots([(120, 126)], "#B98A4E", 4)


def plant_pot(b: Board) -> None:
    b.shadow(50, 164, 100)
    for turn in (-58, -30, 0, 30, 58):
        with b.turned(turn, 100, 110):
            b.curve(
                (100, 26),
                [(118, 56, 116, 88, 100, 112), (84, 88, 82, 56, 100, 26)],
                "#3E7C4A" if turn % 60 else "#56975F",
            )
            b.stroke((100, 40), [(100, 106)], "#2C5C36", 2)
    b.poly([(60, 108), (140, 108), (130, 172), (70, 172)], b.shaded(60, 80, "#C8724A"))
    b.body(54, 98, 92, 20, "#D58058", 5)


def poster_tube(b: Board) -> None:
    b.shadow(30, 158, 140, 14)
    with b.turned(-34):
        b.rect(26, 78, 148, 44, "#B88E5C")
        b.rect(26, 78, 148, 12, "#D3AC7B")
        b.rect(26, 110, 148, 12, "#987044")
        b.oval(14, 78, 24, 44, "#EFE7D6")
        b.oval(19, 87, 14, 26, "#CFC3AA")
        b.rect(158, 76, 18, 48, "#F3EFE4", 5)
        b.rect(70, 86, 58, 28, "#FFFFFF", 3)
        b.lines(76, 91, (42, 30, 36), "#6B5B45", 7, 3)


def book(b: Board, cover: str, mark: str) -> None:
    b.shadow(42, 166, 122, 14)
    with b.turned(5):
        b.rect(60, 34, 96, 138, "#F6F0E0", 3)
        for y in (168, 164):
            b.rect(60, y, 96, 1.2, "#CFC5AC")
        b.rect(52, 28, 98, 136, cover, 5)
        b.rect(52, 28, 12, 136, "#00000030", 4)
        b.oval(82, 62, 44, 44, mark)
        b.poly([(84, 98), (98, 76), (106, 88), (113, 79), (124, 98)], cover)
        b.lines(76, 122, (58, 40), mark, 12, 5)


def puzzle(b: Board) -> None:
    b.shadow(32, 164, 136, 14)
    b.rect(36, 60, 128, 110, b.shaded(36, 128, "#2E6F9E"), 6)
    b.rect(36, 60, 128, 16, "#FFFFFF40", 5)
    for x, y, tone in ((62, 84, "#E3A93C"), (102, 84, "#C95B4A"), (62, 124, "#4E9B74"), (102, 124, "#EFE7D6")):
        b.rect(x, y, 38, 38, tone, 4)
    b.dots([(101, 103), (101, 143)], "#E3A93C", 8)
    b.dots([(121, 123)], "#C95B4A", 8)
    b.dots([(81, 123)], "#4E9B74", 8)


def brush_set(b: Board) -> None:
    b.shadow(48, 166, 104, 14)
    for x, tone in ((72, "#8A5A3A"), (96, "#C08A52"), (120, "#6A3F26")):
        with b.turned((x - 96) * 0.35, 100, 180):
            b.rect(x, 70, 8, 96, tone, 4)
            b.rect(x - 2, 56, 12, 20, "#C9D2D8", 2)
            b.curve((x - 3, 58), [(x - 6, 40, x + 2, 34, x + 4, 22), (x + 6, 34, x + 14, 40, x + 11, 58)], "#2B2420")
    b.body(62, 104, 76, 68, "#A9B5BD", 10)
    b.rect(62, 122, 76, 8, "#FFFFFF50")


def vase(b: Board) -> None:
    b.shadow(54, 166, 92, 14)
    b.stroke((100, 70), [(96, 40, 84, 30, 76, 16)], "#7A6A3E", 3)
    b.stroke((102, 70), [(106, 44, 118, 34, 128, 22)], "#7A6A3E", 3)
    b.dots([(76, 16), (84, 26), (70, 26), (128, 22), (120, 32), (134, 34)], "#D9A55A", 7)
    b.curve(
        (86, 64),
        [
            (114, 64),
            (112, 84, 144, 100, 140, 136),
            (138, 164, 120, 174, 100, 174),
            (80, 174, 62, 164, 60, 136),
            (56, 100, 88, 84, 86, 64),
        ],
        b.shaded(58, 84, "#DDE3E0"),
    )
    b.oval(86, 59, 28, 10, "#8E9995")
    b.stroke((62, 128), [(80, 140, 120, 140, 138, 128)], "#3D6E8E", 5)
    b.stroke((64, 142), [(84, 154, 116, 154, 136, 142)], "#3D6E8E", 3)
