import sys

from lightbox_door.main import main

sys.exit(main())
