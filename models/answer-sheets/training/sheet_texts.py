"""What stands on a synthetic sheet: register numbers, subject codes, names, dates and the labels printed before them."""

from __future__ import annotations

from numpy.random import Generator

LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
REGISTER_LABELS = [
    "Register No.", "Register No", "Reg. No.", "Reg.No", "Register Number", "Registration No.", "University Register No.",
    "Univ. Reg. No.", "REGISTER NUMBER", "REG. NO.", "Reg. Number", "Enrolment No.", "Hall Ticket No.", "Candidate's Register No.",
]
SUBJECT_AND_NAME_LABELS = [
    "Subject Code & Subject Name", "Subject Code & Name", "Sub. Code & Name", "Course Code & Course Name", "Subject Code / Title",
    "SUBJECT CODE & NAME", "Course Code and Title", "Subject Code with Name", "Paper Code & Title",
]
SUBJECT_LABELS = ["Subject Code", "Sub. Code", "Course Code", "Sub Code", "SUBJECT CODE", "Paper Code", "Course code", "COURSE CODE"]
OTHER_LABELS = {
    "name": ["Name of the Student", "Name", "Student Name", "Name of the Candidate"],
    "title": ["Subject Name", "Course Name", "Subject", "Title of the Paper"],
    "date": ["Date", "Date of Exam", "Date of Examination", "Date & Session"],
    "branch": ["Branch", "Branch & Sem.", "Department", "Programme", "Degree / Branch", "Programme & Branch"],
    "semester": ["Semester", "Sem.", "Year / Sem", "Year & Semester"],
    "roll": ["Roll No.", "Class No.", "Seat No."],
    "serial": ["Sl. No.", "Serial No.", "Answer Book No.", "S.No"],
    "batch": ["Batch", "Section", "Academic Year"],
    "exam": ["Name of the Examination", "Examination", "Internal Test"],
    "hall": ["Hall No.", "Room No."],
    "phone": ["Contact No.", "Mobile"],
    "sign": ["Sign of the Invigilator", "Signature of the Invigilator", "Invigilator's Signature", "Signature of Student"],
}
SUBJECT_NAMES = [
    "Data Structures", "Computer Networks", "Operating Systems", "Machine Learning", "Digital Electronics", "Fluid Mechanics",
    "Engineering Physics", "Discrete Mathematics", "Signals and Systems", "Software Engineering", "Database Management Systems",
    "Power Electronics", "Soft Computing", "Compiler Design", "Thermodynamics", "Professional Ethics", "Control Systems", "Cloud Computing",
    "Probability & Statistics", "Theory of Computation", "Web Technology", "Embedded Systems", "Artificial Intelligence", "DBMS", "OOPS",
    "Environmental Science", "Design of Machine Elements", "Linear Algebra", "DSP", "VLSI Design", "Cryptography", "Deep Learning",
]
COLLEGES = [
    "SAGARA ENGINEERING COLLEGE", "NORTH HILL INSTITUTE OF TECHNOLOGY", "ST. ALBAN'S COLLEGE OF ENGINEERING", "Riverbank University",
    "MERIDIAN COLLEGE OF SCIENCE", "National Institute of Applied Studies", "LAKE VIEW POLYTECHNIC", "Eastgate Technological University",
]
WORDS = ("the of and is to in data from process system which two are given by each node value first then method example result when"
         " type used energy model time state current voltage network layer stack queue function using step called following point"
         " between set rate define explain form high low output input signal temperature surface pressure memory table").split()
FIRST_NAMES = ["Anitha", "Karthik", "Meena", "Arun", "Divya", "Rahul", "Priya", "Suresh", "Nisha", "Vimal", "Joseph", "Fathima", "Gokul"]
BRANCHES = ["CSE", "IT", "ECE", "EEE", "MECH", "CIVIL", "AI & DS", "B.E CSE", "B.Tech IT", "Bio-Tech", "M.E VLSI", "CSE - B"]
ROMAN = ["I", "II", "III", "IV", "V", "VI", "VII", "VIII"]


def pick(rng: Generator, items):
    return items[int(rng.integers(len(items)))]


def digits(rng: Generator, count: int) -> str:
    return "".join(str(d) for d in rng.integers(0, 10, count))


def letters(rng: Generator, count: int) -> str:
    return "".join(pick(rng, LETTERS) for _ in range(count))


def register_number(rng: Generator) -> str:
    """Mostly 12 digits built as Anna University's are (college, year, branch, serial), else 10 to 12 random digits."""
    kind = rng.random()
    if kind < 0.6:
        return f"{pick(rng, ['2122', '2122', digits(rng, 4)])}{rng.integers(18, 26)}{rng.integers(100, 250)}{rng.integers(0, 400):03d}"
    return digits(rng, 12 if kind < 0.85 else int(rng.integers(10, 13)))


def subject_code(rng: Generator) -> str:
    """DDLLDDD, LLDDDD and LLLDDD as Saveetha, Anna University and KTU write them; now and then another mix."""
    kind = rng.random()
    if kind < 0.45:
        return pick(rng, ["19", "21", "23", digits(rng, 2)]) + pick(rng, ["CS", "AI", "IT", "EC", "EE", "ME", letters(rng, 2)]) + digits(rng, 3)
    if kind < 0.7:
        return pick(rng, ["CS", "MA", "GE", "HS", letters(rng, 2)]) + digits(rng, 4)
    if kind < 0.93:
        return pick(rng, ["AMT", "HUN", "CST", "MAT", "EST", letters(rng, 3)]) + digits(rng, 3)
    return letters(rng, int(rng.integers(1, 4))) + digits(rng, int(rng.integers(2, 5))) + (letters(rng, 1) if rng.random() < 0.5 else "")


def other_value(rng: Generator, kind: str) -> str:
    """What a student writes after one of OTHER_LABELS."""
    if kind == "name":
        return f"{pick(rng, FIRST_NAMES)} {pick(rng, LETTERS)}"
    if kind == "title":
        return pick(rng, SUBJECT_NAMES)
    if kind == "date":
        day, month, year = rng.integers(1, 29), rng.integers(1, 13), rng.integers(20, 27)
        return pick(rng, [f"{day:02d}/{month:02d}/20{year}", f"{day}.{month}.{year}", f"{day:02d}-{month:02d}-{year} FN", f"{day}/{month}/{year}"])
    if kind == "branch":
        return pick(rng, BRANCHES) + (f" & {pick(rng, ROMAN)}" if rng.random() < 0.4 else "")
    if kind == "semester":
        return pick(rng, [f"{pick(rng, ROMAN[1:4])} / {pick(rng, ROMAN)}", f"S{rng.integers(1, 9)}", pick(rng, ROMAN), f"{rng.integers(1, 9)}"])
    if kind in ("roll", "hall"):
        return str(rng.integers(1, 75)) if rng.random() < 0.7 else f"{pick(rng, LETTERS)}{rng.integers(100, 400)}"
    if kind == "serial":
        return digits(rng, int(rng.integers(4, 8)))
    if kind == "batch":
        return pick(rng, ["A", "B", "2021 - 25", "2022-2026", "C2", "2020-24"])
    if kind == "exam":
        return pick(rng, ["First Series Test", "CIA - I", "CIA 2", "Model Exam", "Second Internal", "Series Test - II"])
    if kind == "phone":
        return pick(rng, "6789") + digits(rng, 9)
    return ""
