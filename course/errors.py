"""What a user can get wrong. The command line prints these and exits; anything else is a defect of the course."""


class CourseError(Exception):
    """Says where, what was expected, what was found and what to do, in one message for the person at the keyboard."""


class ContentError(CourseError):
    """A source file of the course (module, reading, exercise, quiz) does not hold what it should."""


class DataError(CourseError):
    """A table or data package is missing, unreadable or not what its schema says."""


class BuildError(CourseError):
    """The site or one of its parts can't be built here."""


class SubmissionError(CourseError):
    """A submission, or the folder or archive that holds it, can't be read."""


class GradingError(CourseError):
    """Grading can't go on: a setting, a protection or the gradebook is not as it must be."""
