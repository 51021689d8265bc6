"""One process of a desk that fires smart orders until it is killed. Run as: python endless_trader.py SEED SYMBOL..."""

import random
import sys

import jainam


def main() -> None:
    seed, *symbols = sys.argv[1:]
    draw = random.Random(int(seed))  # targets, not secrets
    with jainam.open_desk() as desk:
        client = desk.account().client("CL001")
        print("up", flush=True)  # noqa: T201  # the test waits for it
        while True:
            try:
                client.place_smart_order(
                    draw.choice(symbols),
                    target=draw.randint(-20, 20),
                    product="MIS",
                    wait=draw.choice(["accepted", "done"]),
                )
            except jainam.OutcomeInDoubt:
                continue  # the key of somebody who was killed between the mark and the write


if __name__ == "__main__":
    main()
