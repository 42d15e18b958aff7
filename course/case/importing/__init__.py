"""Turns an organisation's CRM export into case tables, on this computer alone, and says what became of every value.

    read (files) -> mapping (which column is which) -> values (dates, money, words) -> tables -> report, support

A value is taken, coerced (another way of writing the same), guessed (there was a choice, and the report says which) or
refused (left empty). Nothing is invented: a column that the export lacks is absent from the table.
"""
