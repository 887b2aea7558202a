"""The console script `packbay`, and the composition root. Qt is imported only where a window opens."""

from __future__ import annotations

import argparse
import logging
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from app.errors import Unavailable
from app.redaction import redact_logs, redacted
from app.settings import Home, home

if TYPE_CHECKING:
    from app.documents import Document

THEMES = ("day", "dark", "hc")
TALKATIVE = frozenset({"-v", "--verbose"})


def main(argv: Sequence[str] | None = None) -> int:
    """Exit status 0: all done; 1: some refused and named; 2: nothing done, with one clear line."""
    words = sys.argv[1:] if argv is None else list(argv)
    options = build_parser(words).parse_args(words)
    logging.basicConfig(level=logging.INFO if options.verbose else logging.WARNING, format="%(name)s: %(message)s")
    redact_logs()
    try:
        return int(options.func(options))
    except KeyboardInterrupt:
        return 130
    except (ValueError, OSError, Unavailable) as error:
        print(f"packbay: {redacted(str(error))}", file=sys.stderr)
        return 2


def build_parser(words: Sequence[str] = ("--help",)) -> argparse.ArgumentParser:
    """All commands of the console script; for the words that open a kiosk its own alone, which is made in no time."""
    parser = argparse.ArgumentParser(prog="packbay", description="Touchscreen kiosks for an order-fulfilment floor.")
    parser.add_argument("-v", "--verbose", action="store_true", help="say more on stderr")
    parser.set_defaults(
        func=_kiosk,
        home=None,
        theme="",
        size=None,
        headless=False,
        offscreen=False,
        views=None,
        shots=None,
        paints=None,
    )
    commands = parser.add_subparsers(title="commands", metavar="COMMAND")
    _add_kiosk(commands)
    if _opens_a_kiosk(words):
        return parser
    from app import cli
    from app.cli.base import print_with

    cli.add_commands(commands)
    print_with(_on_paper)
    _add_demo(commands)
    _add_play(commands)
    _add_shift(commands)
    _add_shots(commands)
    _add_labels(commands)
    _add_diagrams(commands)
    _add_doctor(commands)
    _add_messages(commands)
    return parser


def _opens_a_kiosk(words: Sequence[str]) -> bool:
    """`packbay` and `packbay kiosk …`: nothing of them needs the commands of the core."""
    return next((word for word in words if word not in TALKATIVE), "kiosk") == "kiosk"


def _on_paper(document: Document) -> bytes:
    from reports.discovery import printed

    return printed(document).data


def _size(text: str) -> tuple[int, int]:
    width, _, height = text.partition("x")
    return int(width), int(height)


def _add_screen(command: argparse.ArgumentParser) -> None:
    kept = "day, dark or high contrast; without it the one that was kept"
    command.add_argument("--theme", choices=THEMES, default="", help=kept)
    command.add_argument("--size", type=_size, metavar="1280x800", help="a window of this size, not the whole screen")
    command.add_argument("--offscreen", action="store_true", help="draw into memory instead of on a display")


def _add_kiosk(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    command = commands.add_parser("kiosk", help="open the kiosk of this station (also without a command)")
    command.add_argument("--home", type=Path, help="instead of PACKBAY_HOME")
    command.add_argument("--headless", action="store_true", help="no window at all: for scripts")
    command.add_argument("--views", type=Path, help="write every View as a JSON line into this file")
    command.add_argument("--shots", type=Path, help="keep a picture of every kind of screen in this folder")
    command.add_argument("--paints", type=Path, help="write when each View was painted as a JSON line into this file")
    _add_screen(command)
    command.set_defaults(func=_kiosk)


def _add_demo(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    command = commands.add_parser("demo", help="the kiosk with a demo warehouse and simulated devices")
    command.add_argument("--home", type=Path, help="where the demo lives (default: a folder of its own)")
    command.add_argument("--orders", type=int, default=24, help="how many demo orders")
    command.add_argument("--seed", type=int, default=1)
    command.add_argument(
        "--out", type=Path, default=Path("out/run"), help="with --offscreen: where pictures and paper go"
    )
    _add_screen(command)
    command.set_defaults(func=_demo)


def _add_play(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    command = commands.add_parser("play", help="play a file of scans through the pty of a fresh signed-in station")
    command.add_argument("file", type=Path)
    command.add_argument("--home", type=Path, help="play in this home instead of a fresh demo warehouse")
    command.add_argument("--badge", default="", help="whose badge signs in (default: the demo's packer)")
    command.add_argument("--orders", type=int, default=24, help="how many orders a fresh demo warehouse has")
    command.add_argument("--json", action="store_true", help="one JSON object on stdout")
    command.set_defaults(func=_play)


def _add_shift(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    command = commands.add_parser("shift", help="play a whole shift; the last line is one JSON object")
    command.add_argument("--orders", type=int, default=50)
    command.add_argument("--seed", type=int, default=1)
    command.add_argument("--out", type=Path, default=Path("out/shift"))
    command.add_argument("--faults", action="store_true", help="wrong scans, shorts, unplugged scanner, no paper …")
    command.add_argument("--window", action="store_true", help="through the real window, off-screen")
    command.add_argument("--stations", type=int, default=1, help="more than one: a floor, with --central")
    command.add_argument(
        "--central", metavar="URL", help="an empty database of a PostgreSQL: postgresql://ADMIN@HOST:PORT/DATABASE"
    )
    command.add_argument("--password-stdin", action="store_true", help="its secret is the first line of stdin")
    command.add_argument("--dev-insecure", action="store_true", help="a server that does not prove who it is")
    command.set_defaults(func=_shift)


def _add_shots(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    command = commands.add_parser("shots", help="pictures of every screen, each with its texts and rectangles as JSON")
    command.add_argument("--out", type=Path, default=Path("out/shots"))
    command.add_argument(
        "--only", default="", help='only pictures with these words in their names: "pack dark 1920,pick hc"'
    )
    command.add_argument("--language", default="", help="in this language alone (en, de, es, pl)")
    command.set_defaults(func=_shots)


def _add_labels(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    command = commands.add_parser("labels", help="labels for bins, totes, carts, badges, and the command cards")
    command.add_argument("kind", choices=("bins", "totes", "carts", "badges", "cards"))
    command.add_argument("--out", type=Path, default=Path("out/labels"), help="the folder for one file a label")
    command.add_argument("--zpl", action="store_true", help="for a label printer instead of PDF (bins, totes, carts)")
    command.add_argument("--only", default="", help="only names that contain this")
    command.add_argument("--home", type=Path, help="instead of PACKBAY_HOME")
    command.add_argument("--json", action="store_true", help="one JSON object on stdout")
    command.set_defaults(func=_labels)


def _add_diagrams(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    command = commands.add_parser("diagrams", help="draw every workflow from its own table")
    command.add_argument("--out", type=Path, default=Path("docs/workflows"))
    command.set_defaults(func=_diagrams)


def _add_doctor(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    command = commands.add_parser("doctor", help="look at machine, files and devices, and say what to do")
    command.add_argument("--home", type=Path, help="instead of PACKBAY_HOME")
    command.add_argument("--json", action="store_true", help="one JSON object on stdout")
    command.set_defaults(func=_doctor)


def _add_messages(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    command = commands.add_parser("messages", help="bring the catalogues of all languages up to date with the code")
    command.set_defaults(func=_messages)


def _kiosk(options: argparse.Namespace) -> int:
    from ui.tidy import Tidy

    rest = Tidy().rest  # first of all: what is read from here on is there for good, and not worth a search each time
    place = home(options.home).make()
    from ui.config import load_config

    config = load_config(place.config_file)
    if options.headless:
        from ui.headless import run_headless

        return run_headless(place, config, options.views, rest)
    from ui.unwatched import load_qt

    load_qt()
    from ui.kiosk import Screen, run_kiosk

    screen = Screen(options.theme, options.size, quiet=options.offscreen)
    files = {"views": options.views, "shots": options.shots, "paints": options.paints}
    return run_kiosk(place, config, screen, offscreen=options.offscreen, rest=rest, **files)


def _demo(options: argparse.Namespace) -> int:
    if options.offscreen:
        from ui.shift import run_shift

        return run_shift(orders=options.orders, seed=options.seed, out=options.out, faults=True, window=True)
    from ui.unwatched import load_qt

    load_qt()
    from ui.demo_session import run_demo
    from ui.kiosk import Screen

    return run_demo(demo_home(options.home), options.orders, options.seed, Screen(options.theme, options.size))


def demo_home(chosen: Path | None) -> Home:
    """The demo's home: never the station's own, so that no demo order ever meets a real one."""
    if chosen is not None:
        return home(chosen)
    own = home().root
    return Home(own.with_name(own.name + "-demo"))


def _play(options: argparse.Namespace) -> int:
    from ui.play import Warehouse, play

    chosen = Warehouse(options.home, options.badge, options.orders)
    return play(options.file, chosen, as_json=options.json, say=print)


def _shift(options: argparse.Namespace) -> int:
    if options.stations > 1 or options.central:
        from ui.shift.floor import run_floor_of

        return run_floor_of(options)
    from ui.shift import run_shift

    return run_shift(
        orders=options.orders, seed=options.seed, out=options.out, faults=options.faults, window=options.window
    )


def _shots(options: argparse.Namespace) -> int:
    from ui.shots import run_shots

    return run_shots(options.out, options.only, options.language)


def _labels(options: argparse.Namespace) -> int:
    from ui.labels import print_labels

    place = home(options.home)
    return print_labels(place, options.kind, options.out, zpl=options.zpl, only=options.only, as_json=options.json)


def _messages(_options: argparse.Namespace) -> int:
    from ui.messages import messages, update

    lacking = update(messages())
    for language, n in lacking.items():
        print(f"{language}: {n} sentences are not translated")
    return int(any(lacking.values()))


def _doctor(options: argparse.Namespace) -> int:
    from ui.doctor import run_doctor

    return run_doctor(home(options.home), as_json=options.json)


def _diagrams(options: argparse.Namespace) -> int:
    from ui.diagrams import write_diagrams

    return write_diagrams(options.out)


if __name__ == "__main__":
    sys.exit(main())
