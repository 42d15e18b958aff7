"""Grades submissions: intake, execution, judgement, gradebook, feedback."""
