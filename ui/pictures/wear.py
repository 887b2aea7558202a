"""Pictures of things to wear and to plug in."""

from __future__ import annotations

from ui.pictures.brush import Board


def socks(b: Board, base: str, stripe: str) -> None:
    b.shadow(36, 164, 128, 14)
    for dx, shade in ((26, 112), (0, 100)):
        tone = b.shaded(60 + dx, 60, base)
        b.curve(
            (64 + dx, 30),
            [
                (104 + dx, 30),
                (104 + dx, 104),
                (108 + dx, 124, 140 + dx * 0.4, 132, 142 + dx * 0.4, 150),
                (142 + dx * 0.4, 168, 120 + dx, 172, 104 + dx, 170),
                (80 + dx, 168, 62 + dx, 150, 64 + dx, 120),
            ],
            tone,
        )
        b.rect(62 + dx, 26, 44, 18, stripe, 5)
        b.rect(64 + dx, 58, 40, 8, stripe)
        b.rect(64 + dx, 74, 40, 8, stripe)
        if shade > 100:
            b.rect(62 + dx, 26, 44, 18, "#00000018", 5)


def scarf(b: Board, base: str, stripe: str) -> None:
    b.shadow(40, 168, 120, 12)
    with b.turned(10, 80, 110):
        b.rect(56, 70, 38, 98, b.shaded(56, 38, base), 4)
        for y in (128, 142):
            b.rect(56, y, 38, 7, stripe)
        for x in range(58, 94, 6):
            b.rect(x, 166, 3, 12, base, 1.5)
    with b.turned(-8, 120, 110):
        b.rect(100, 76, 38, 84, b.shaded(100, 38, base), 4)
        for y in (122, 136):
            b.rect(100, y, 38, 7, stripe)
        for x in range(102, 138, 6):
            b.rect(x, 158, 3, 12, base, 1.5)
    b.rect(48, 36, 104, 46, b.shaded(48, 104, base), 23)
    b.oval(66, 40, 68, 22, "#00000030")


def beanie(b: Board, base: str, cuff: str) -> None:
    b.shadow(36, 160, 128, 14)
    b.dots([(100, 36)], cuff, 16)
    b.curve((42, 134), [(40, 70, 66, 44, 100, 44), (134, 44, 160, 70, 158, 134)], b.shaded(40, 120, base))
    for x in (64, 82, 100, 118, 136):
        b.stroke(
            (100 + (x - 100) * 0.5, 56), [(100 + (x - 100) * 0.9, 80, x, 100, x + (x - 100) * 0.1, 124)], "#00000024", 3
        )
    b.rect(34, 120, 132, 44, b.shaded(34, 132, cuff), 12)
    for x in range(46, 160, 12):
        b.rect(x, 126, 3, 32, "#00000020", 1.5)
    b.rect(86, 132, 28, 20, "#F3EFE4", 3)


def headphones(b: Board) -> None:
    b.shadow(40, 164, 120, 14)
    b.stroke((48, 116), [(44, 14, 156, 14, 152, 116)], "#2B3238", 12)
    b.stroke((52, 100), [(52, 30, 148, 30, 148, 100)], "#56626C", 3)
    for x, inner in ((32, 58), (134, 130)):
        b.rect(x, 98, 34, 66, b.shaded(x, 34, "#39424A"), 16)
        b.rect(inner, 104, 12, 54, "#B9722F", 6)


def cable(b: Board) -> None:
    b.shadow(34, 158, 132, 14)
    for inset in (0, 12, 24):
        b.ring(48 + inset, 48 + inset * 0.8, 104 - 2 * inset, 96 - 1.6 * inset, "#3C4A56", 7)
    b.stroke((148, 110), [(160, 134, 140, 150, 132, 160)], "#3C4A56", 7)
    b.stroke((52, 90), [(40, 70, 46, 50, 56, 40)], "#3C4A56", 7)
    with b.turned(36, 128, 166):
        b.rect(118, 156, 20, 24, "#2B3238", 4)
        b.rect(122, 178, 12, 12, "#C9D2D8", 2)
    with b.turned(38, 60, 36):
        b.rect(50, 18, 20, 26, "#2B3238", 4)
        b.rect(54, 8, 12, 12, "#C9D2D8", 2)
    b.rect(90, 84, 20, 30, "#E3A93C", 4)


def shirt(b: Board, base: str, mark: str) -> None:
    b.shadow(40, 168, 120, 12)
    b.curve(
        (74, 38),
        [
            (86, 52, 114, 52, 126, 38),
            (150, 48),
            (178, 84),
            (154, 102),
            (144, 90),
            (146, 172),
            (54, 172),
            (56, 90),
            (46, 102),
            (22, 84),
            (50, 48),
        ],
        b.shaded(30, 140, base),
    )
    b.stroke((74, 38), [(86, 54, 114, 54, 126, 38)], "#00000030", 5)
    b.oval(80, 84, 40, 40, mark)
    b.poly([(88, 116), (100, 92), (112, 116)], base)


def gloves(b: Board) -> None:
    b.shadow(34, 166, 132, 12)
    for turn, dx in ((-7, -38), (7, 38)):
        with b.turned(turn, 100 + dx, 120):
            x = 74 + dx
            tone = b.shaded(x, 54, "#8A5A78")
            for i, top in enumerate((56, 44, 42, 52)):
                b.rect(x + i * 13.5, top, 12.5, 60, tone, 6)
            b.rect(x, 84, 53, 66, tone, 12)
            thumb = x - 5 if dx > 0 else x + 44
            with b.turned(26 if dx < 0 else -26, thumb + 7, 128):
                b.rect(thumb, 92, 14, 40, tone, 7)
            b.rect(x + 3, 144, 47, 26, "#5E3A52", 6)


def power_bank(b: Board) -> None:
    b.shadow(48, 168, 104, 12)
    b.rect(58, 30, 84, 142, b.shaded(58, 84, "#2F4858"), 16)
    b.rect(66, 38, 68, 126, "#263C49", 12)
    b.dots([(84, 58), (96, 58), (108, 58)], "#7FE0B0", 4)
    b.dots([(120, 58)], "#48606E", 4)
    b.poly([(104, 84), (84, 116), (98, 116), (92, 144), (116, 106), (101, 106)], "#F2C14E")
    b.rect(84, 24, 14, 8, "#C9D2D8", 2)
    b.rect(104, 24, 12, 8, "#C9D2D8", 2)
