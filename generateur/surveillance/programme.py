"""Arrêter un programme externe et tout ce qu'il a lancé."""

import contextlib
import os
import signal
import subprocess
import sys


def abattre(processus: subprocess.Popen[bytes]) -> None:
    """Tue le groupe entier d'un programme lancé avec start_new_session, et attend sa fin."""
    if processus.poll() is not None and sys.platform == "win32":
        return
    with contextlib.suppress(OSError):
        if sys.platform == "win32":
            processus.kill()
        else:
            os.killpg(processus.pid, signal.SIGKILL)  # un programme en lance d'autres : soffice.bin, tesseract
    processus.wait()
