"""Grades submissions: intake, run, judge, gradebook, feedback, in the order in which a submission passes."""
