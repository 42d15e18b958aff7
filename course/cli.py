"""The `course` command: thin, one function per verb. What a verb needs is imported when it runs."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import Annotated, Literal

import typer

from course.errors import CourseError

app = typer.Typer(
    help="Build, check, release and grade the course on sales strategy.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)
case_app = typer.Typer()
app.add_typer(case_app, name="case")

Layout = Literal["auto", "ours", "moodle", "canvas"]
PRACTICE = 2026
Edition = Annotated[
    int, typer.Option("--edition", "-e", help="Seed of the edition; the practice edition's by default.")
]
Seed = Annotated[int, typer.Option("--seed", "-s", help="Seed of the edition; the practice edition's by default.")]
LARGEST_CSV = 20


@app.command()
def build(
    site: Annotated[Path, typer.Option(help="Folder that the site is written to.")] = Path("site"),
    training: Annotated[Path, typer.Option(help="Settings of this copy of the course.")] = Path("training.yml"),
) -> None:
    """Build the site.

    Example: course build
    """
    from course.curriculum import Curriculum
    from course.site.stage import build_site
    from course.training import Training

    build_site(Curriculum(), site, Training.read(training))


@app.command()
def serve(
    port: Annotated[int, typer.Option(help="Port on this computer.")] = 8000,
    site: Annotated[Path, typer.Option(help="Folder that the site is written to.")] = Path("site"),
    training: Annotated[Path, typer.Option(help="Settings of this copy of the course.")] = Path("training.yml"),
) -> None:
    """Build the site, serve it on this computer and build it again when a source changes.

    Example: course serve --port 8000
    """
    from course.curriculum import Curriculum
    from course.site.serve import serve_site
    from course.training import Training

    serve_site(Curriculum(), site, Training.read(training), port)


@app.command()
def book(
    edition: Annotated[
        Literal["learner", "instructor"],
        typer.Option(help="For learners, or for instructors: with solutions, keys, sample memos and guides."),
    ] = "learner",
    out: Annotated[Path, typer.Option(help="Folder, or file ending in .pdf, to write to.")] = Path("book"),
    seed: Annotated[int, typer.Option("--seed", "-s", help="Seed of the data that solutions are run on.")] = PRACTICE,
    training: Annotated[Path, typer.Option(help="Settings of this copy of the course.")] = Path("training.yml"),
) -> None:
    """Make a PDF of the whole course, for learners or for instructors.

    Example: course book --edition instructor --out book
    """
    from course.book.build import build_book
    from course.curriculum import Curriculum
    from course.training import Training

    build_book(Curriculum(), edition, out, training=Training.read(training), seed=seed)


@app.command()
def check(
    module: Annotated[str | None, typer.Argument(help="Check one module only, such as 01-objectives.")] = None,
) -> None:
    """Print the matrix of topics and what each has; fail on an empty cell, a dead link, an unclaimed figure.

    Example: course check 01-objectives
    """
    from rich.box import SIMPLE
    from rich.console import Console
    from rich.table import Table

    from course.case import load
    from course.check import COLUMNS, LEAST, START_LEAST, check
    from course.curriculum import Curriculum

    curriculum = Curriculum()
    console = Console()
    with console.status("Reading and running every topic …"):
        report = check(curriculum, load, module)
    # Module 0 holds steps, which teach no concepts, and is a matrix of its own, shown when it is asked for.
    alone = not report.rows
    rows, columns, least = (report.steps, COLUMNS[:-1], START_LEAST) if alone else (report.rows, COLUMNS, LEAST)
    table = Table(
        title=f"What each {'step' if alone else 'topic'} has", box=SIMPLE, pad_edge=False, padding=(0, 1, 0, 0)
    )
    table.add_column("step" if alone else "topic", no_wrap=True, min_width=5)
    table.add_column("title", no_wrap=True, overflow="ellipsis", max_width=24)
    for name in columns:
        table.add_column(name, justify="right", min_width=max(map(len, name.split())))
    for id, row in rows.items():
        cells = [f"[{'green' if row[c] >= least.get(c, 1) else 'dim'}]{row[c] or '–'}[/]" for c in columns]
        table.add_row(id, curriculum.topic(id).title, *cells)
    console.print(table)
    if report.rows:
        console.print(f"{report.complete} of {len(report.rows)} topics have no empty cell.")
    if report.steps:
        console.print(f"{report.complete_steps} of {len(report.steps)} steps of module 0 have all that a step needs.")
    if module is None:
        lacking = {id: modules for id, modules in report.placed(curriculum).items() if modules}
        whole = len(curriculum.concepts)
        console.print(f"{whole - len(lacking)} of {whole} concepts are taught and asked wherever they are placed.")
        for id, modules in lacking.items():
            console.print(f"  {id} {curriculum.concepts[id].name}: not yet in module {', '.join(map(str, modules))}")
    for problem in report.problems:
        typer.echo(problem, err=True)
    if report.problems:
        count = len(report.problems)
        raise CourseError(f"course check found {count} problem{'' if count == 1 else 's'}; each is named above.")


@app.command()
def new(
    id: Annotated[str, typer.Argument(help="The topic's id: the module's number and the next free one, such as 1.8.")],
    slug: Annotated[str, typer.Argument(help="Lower-case words joined by dashes; the files are named by it.")],
    title: Annotated[str, typer.Argument(help="The topic's title.")],
) -> None:
    """Start a topic: write its outline, reading, exercise and quiz items with parts to replace.

    Example: course new 1.8 partner-targets "Targets for partners"
    """
    from course.curriculum import Curriculum
    from course.scaffold import new_topic

    for path in new_topic(Curriculum(), id, slug, title):
        typer.echo(f"Wrote {path}")
    typer.echo("`course check` names every part that is to be replaced.")


@app.command()
def release(
    modules: Annotated[list[str] | None, typer.Argument(help="Modules, such as 01-objectives; all by default.")] = None,
    *,
    out: Annotated[Path, typer.Option(help="Folder to write to; it must not exist or be empty.")],
    edition: Edition = PRACTICE,
) -> None:
    """Write the learner's notebooks and data of an edition.

    Example: course release 01-objectives --edition 7 --out handout
    """
    from course.release import release as write

    written = write(modules or [], edition=edition, out=out)
    typer.echo(f"Wrote {len(written)} files of the edition {edition} to {out}.")


@app.command()
def grade(
    folder: Annotated[
        Path | None, typer.Argument(help="Submissions: our layout, or Moodle's or Canvas's download.")
    ] = None,
    *,
    out: Annotated[Path, typer.Option(help="Folder for gradebook, feedback and the nbgrader course.")] = Path("graded"),
    edition: Edition = PRACTICE,
    module: Annotated[list[str] | None, typer.Option(help="Grade these modules (assignments) only.")] = None,
    layout: Annotated[Layout, typer.Option(help="How the folder is laid out: auto, ours, moodle or canvas.")] = "auto",
    editions: Annotated[
        Path | None,
        typer.Option(help="CSV with the columns learner and edition, for those with an edition of their own."),
    ] = None,
    workers: Annotated[int, typer.Option(min=1, help="Processes that grade side by side on this machine.")] = 1,
    scheduler: Annotated[str, typer.Option(help="Address of a Dask scheduler; its workers then do the grading.")] = "",
    gradebook: Annotated[
        str, typer.Option(help="Database such as postgresql+psycopg://…; a file in --out by default.")
    ] = "",
    trust: Annotated[
        list[str] | None, typer.Option(help="Test cell (notebook:cell) that may run beside learners' code.")
    ] = None,
    pages: Annotated[bool, typer.Option(help="Let nbgrader write its page of each notebook too.")] = True,
    stock: Annotated[bool, typer.Option("--stock", help="Run with nbgrader as it comes, unprotected.")] = False,
    unprotected: Annotated[
        bool,
        typer.Option("--unprotected", help="Run learners' code with your own rights if it can't be locked up here."),
    ] = False,
    nbgrader_course: Annotated[
        Path | None, typer.Option(help="Grade an nbgrader course that is not ours, in its own folder, instead.")
    ] = None,
) -> None:
    """Grade a folder of submissions; write feedback pages and a gradebook.

    Learners' code runs locked up, the tests outside of it. Grading again goes on where it stopped.

    Example: course grade submissions --edition 7 --out graded --workers 2
    """
    from grading.batch import grade as run
    from grading.batch import print_summary, read_editions
    from grading.existing import grade_existing

    if (folder is None) == (nbgrader_course is None):
        raise CourseError("Name a folder of submissions, or an nbgrader course with --nbgrader-course; one of the two.")
    if nbgrader_course is not None:
        summary = grade_existing(
            nbgrader_course,
            assignments=module or [],
            workers=workers,
            scheduler=scheduler,
            trust=trust or [],
            unprotected=unprotected,
        )
        print_summary(summary)
        return
    assert folder is not None
    summary = run(
        folder,
        edition=edition,
        out=out,
        modules=module or [],
        layout=layout,
        editions=read_editions(editions) if editions else None,
        engine="stock" if stock else "safe",
        workers=workers,
        scheduler=scheduler,
        gradebook=gradebook,
        trust=trust or [],
        unprotected=unprotected,
        pages=pages,
    )
    print_summary(summary)


@app.command()
def mark(
    folder: Annotated[Path, typer.Argument(help="The folder that `course grade` wrote, or an nbgrader course.")] = Path(
        "graded"
    ),
    port: Annotated[int, typer.Option(help="Port on this computer; the next free one is taken.")] = 8888,
    browser: Annotated[bool, typer.Option(help="Open the browser.")] = True,
) -> None:
    """Mark memos in nbgrader's formgrader, in the browser.

    Example: course mark graded
    """
    from grading.marking import mark as serve_formgrader

    serve_formgrader(folder, port, browser)


@case_app.callback(invoke_without_command=True)
def case(
    context: typer.Context,
    seed: Seed = PRACTICE,
    scale: Annotated[float, typer.Option(help="How large: 1 is about 9,000 opportunities.")] = 1.0,
    out: Annotated[Path | None, typer.Option(help="Folder for the data package.")] = None,
    file_format: Annotated[
        Literal["csv", "parquet"],
        typer.Option("--format", help="parquet holds any size: as many divisions as --scale says."),
    ] = "csv",
) -> None:
    """Write the case company's tables as a data package, or do something else with its data.

    Example: course case --seed 7 --out data
    """
    if context.invoked_subcommand is not None:
        if out is not None:
            raise CourseError(f"--out belongs to what follows: course case {context.invoked_subcommand} … --out {out}")
        return
    if out is None:
        raise CourseError("Name the folder that the tables are written to, such as: course case --seed 7 --out data")
    from course.case.edition import Edition as CaseEdition

    if file_format == "csv":
        if scale > LARGEST_CSV:
            raise CourseError(
                f"An edition of scale {scale:g} is too large for CSV, which is made in memory up to scale "
                f"{LARGEST_CSV}. Add --format parquet"
            )
        CaseEdition(seed, scale).write(out)
    else:
        from rich.progress import Progress

        from course.case.divisions import write_large

        if scale != int(scale):
            raise CourseError(f"With --format parquet, --scale is a whole number of divisions, not {scale:g}.")
        with Progress() as progress:
            task = progress.add_task(f"{scale:g} divisions", total=int(scale))
            processes = min(os.cpu_count() or 1, 4)  # each takes up to a gibibyte
            write_large(seed, int(scale), out, None, lambda done, _: progress.update(task, completed=done), processes)
    typer.echo(f"Wrote the edition {seed} at scale {scale:g} to {out}.")


@case_app.command("import")
def case_import(
    files: Annotated[
        list[Path],
        typer.Argument(
            help="Files of one export: CSV, with any separator and encoding, one for each object, such as Account.csv "
            "and Opportunity.csv. Tables that no CRM holds, such as plan.csv, may stand among them."
        ),
    ],
    out: Annotated[
        Path, typer.Option(help="New folder for the tables, report.md (what became of each value) and map.yml.")
    ],
    map_file: Annotated[
        Path | None,
        typer.Option(
            "--map",
            help="Settings: which column is which, date order, currency rates, your words for stages. Begin with the "
            "map.yml of an import, or with the one that is drafted when no file is recognised.",
        ),
    ] = None,
    pseudonymise: Annotated[
        bool, typer.Option(help="Replace names of people and firms and e-mail addresses by pseudonyms.")
    ] = False,
) -> None:
    """Turn your organisation's CRM export into case tables, on this computer alone.

    Columns of Salesforce and HubSpot are recognised; for others a map is drafted.

    Nothing is invented: report.md says what was taken, coerced, guessed, refused and derived.

    It also says which tasks run on the tables, and what each other one lacks.

    Example: course case import Account.csv Opportunity.csv --out own
    """
    from rich.console import Console

    from course.case.importing.run import import_files

    import_files(files, map_file, out, pseudonymise, Console())


@case_app.command("truths")
def case_truths(seed: Seed = PRACTICE) -> None:
    """Print what is planted in an edition's data, for an instructor.

    Example: course case truths --seed 7
    """
    from rich.console import Console
    from rich.table import Table

    from course.case.edition import Edition as CaseEdition

    table = Table("topic", "what is planted", "with", title=f"Planted in the edition {seed}")
    for truth in CaseEdition(seed).truths().values():
        values = "\n".join(f"{name} = {value}" for name, value in truth.parameters.items())
        table.add_row(truth.topic, truth.statement, values, end_section=True)
    Console().print(table)


def main() -> None:
    """Run the command; what a user got wrong is one message and exit code 1."""
    try:
        app()
    except CourseError as e:
        typer.echo(f"Error: {e}" if "\n" not in str(e) else f"Errors:\n{e}", err=True)
        sys.exit(1)


if __name__ == "__main__":
    main()
