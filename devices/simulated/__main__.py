"""`python -m devices.simulated`: see `devices.simulated.bench`."""

import sys

from devices.simulated.bench import main

sys.exit(main())
