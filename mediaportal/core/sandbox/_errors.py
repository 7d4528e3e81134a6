"""What can go wrong with a program in the sandbox."""


class SandboxError(Exception):
    """A program in the sandbox did not do its work."""


class ProgramMissing(SandboxError):
    """The program (or a tool that the sandbox itself needs) is not installed."""

    def __init__(self, program: str) -> None:
        """Name the missing program."""
        super().__init__(f"{program} is not installed")
        self.program = program


class ProgramFailed(SandboxError):
    """The program ended with an error; `stderr_tail` holds the end of what it said."""

    def __init__(self, program: str, returncode: int, stderr_tail: str) -> None:
        """Keep the exit code (negative or above 128: ended by a signal) and the end of stderr."""
        super().__init__(f"{program} ended with code {returncode}: {stderr_tail[-500:].strip()}")
        self.program = program
        self.returncode = returncode
        self.stderr_tail = stderr_tail


class ProgramKilled(SandboxError):
    """Somebody outside has ended the program: the kernel for want of memory, or a person. Not its input's fault."""

    def __init__(self, program: str, signal: int) -> None:
        """Keep the number of the signal that ended it."""
        super().__init__(f"{program} was ended from outside by signal {signal}")
        self.program = program
        self.signal = signal


class DiskFull(SandboxError):
    """There was no room left where the program writes. Not its input's fault."""

    def __init__(self, program: str, stderr_tail: str) -> None:
        """Keep the end of what it said."""
        super().__init__(f"{program} found no room on the disk: {stderr_tail[-500:].strip()}")
        self.program = program


class OutputTooLarge(SandboxError):
    """The program wrote more to its standard output than the caller wanted to keep."""


class ProgramTimedOut(SandboxError):
    """The program used up its wall or CPU time and was killed."""

    def __init__(self, program: str, seconds: float) -> None:
        """Keep how many seconds it was allowed."""
        super().__init__(f"{program} was stopped after {seconds:g} seconds")
        self.program = program
        self.seconds = seconds


class ProgramStopped(SandboxError):
    """The caller asked for the program to be stopped; it was killed."""
