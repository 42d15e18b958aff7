"""What a typical task does; every module imported by it goes into the part of Python that the page loads first."""

# ruff: noqa: F401
import ast
import base64
import builtins
import dataclasses
import difflib
import hashlib
import html
import importlib
import io
import itertools
import json
import linecache
import math
import os
import pathlib
import random
import re
import statistics
import sys
import textwrap
import traceback
import typing
import warnings
import zoneinfo

import numpy as np
import pandas as pd

text = "id,region,amount,on\n1,a,2.5,2025-01-02\n2,b,3.5,2025-02-03\n3,a,,2025-03-04\n"
frame = pd.read_csv(io.StringIO(text), parse_dates=["on"])
frame.to_csv(io.StringIO(), index=False)
json.dumps(frame.to_dict("records"), default=str)
repr(frame)
frame._repr_html_()
frame.describe()
frame.info(buf=io.StringIO())
frame.groupby("region", as_index=False).agg(total=("amount", "sum"), mean=("amount", "mean"))
frame.groupby("region")["amount"].apply(lambda s: s.sum())
frame.groupby(frame["on"].dt.to_period("Q"))["amount"].sum()
frame.pivot_table(index="region", columns="id", values="amount", aggfunc="sum")
frame.merge(frame.groupby("region")["amount"].sum().rename("t").reset_index(), on="region", how="left")
frame.set_index("on")["amount"].resample("ME").sum().rolling(2).mean()
frame.assign(q=frame["on"].dt.quarter, bins=pd.cut(frame["amount"], 2)).sort_values(["region", "amount"])
frame.melt(id_vars=["id", "on", "region"]).drop_duplicates()["region"].value_counts()
frame["region"].astype("category").str.upper()
frame["amount"].fillna(0).quantile([0.1, 0.9])
frame.query("amount > 1").eval("double = amount * 2")
pd.concat([frame, frame]).to_numpy()
pd.date_range("2025-01-01", periods=4, freq="QS").tz_localize("Europe/London")
pd.crosstab(frame["region"], frame["id"])
frame.corr(numeric_only=True)
frame.isna().any(axis=None)
generator = np.random.default_rng(np.random.SeedSequence(1))
generator.normal(size=3), np.polyfit([1, 2, 3], [1, 2, 3], 1), np.linalg.lstsq(np.eye(2), np.ones(2), rcond=None)
np.percentile([1, 2, 3], 50)
