"""Large imports into a database of their own: how many records a second, and how much memory, whatever the file's size."""

import time
from collections.abc import Callable
from contextlib import contextmanager
from pathlib import Path

import psycopg

from bench.cost import cpu_seconds, peak_megabytes
from isbns import isbn13
from parts.programs import Commands

SCRATCH = "store_scratch"
GIVE_UP_S = 3_600
LOOK_EVERY_S = 0.1
WORDS = "The keeper of the light had counted every ship that passed, and none of them had ever counted her. " * 8
RECORD = """<Product><RecordReference>bench.{isbn}</RecordReference><NotificationType>03</NotificationType>
<ProductIdentifier><ProductIDType>03</ProductIDType><IDValue>{isbn}</IDValue></ProductIdentifier>
<ProductIdentifier><ProductIDType>15</ProductIDType><IDValue>{isbn}</IDValue></ProductIdentifier>
<DescriptiveDetail><ProductComposition>00</ProductComposition><ProductForm>BC</ProductForm>
<Measure><MeasureType>01</MeasureType><Measurement>198</Measurement><MeasureUnitCode>mm</MeasureUnitCode></Measure>
<Measure><MeasureType>02</MeasureType><Measurement>129</Measurement><MeasureUnitCode>mm</MeasureUnitCode></Measure>
<Collection><CollectionType>10</CollectionType><TitleDetail><TitleType>01</TitleType><TitleElement>
<TitleElementLevel>02</TitleElementLevel><PartNumber>{part}</PartNumber><TitleText>Lights of the Coast</TitleText></TitleElement>
</TitleDetail></Collection>
<TitleDetail><TitleType>01</TitleType><TitleElement><TitleElementLevel>01</TitleElementLevel><TitlePrefix>The</TitlePrefix>
<TitleWithoutPrefix>Lamp No. {number}</TitleWithoutPrefix><Subtitle>A Story of Two Coasts</Subtitle></TitleElement></TitleDetail>
<Contributor><SequenceNumber>1</SequenceNumber><ContributorRole>A01</ContributorRole><PersonName>Miriam Hale</PersonName>
<PersonNameInverted>Hale, Miriam</PersonNameInverted><BiographicalNote>Lives by the sea.</BiographicalNote></Contributor>
<Contributor><SequenceNumber>2</SequenceNumber><ContributorRole>A12</ContributorRole><PersonName>Ada Okafor</PersonName></Contributor>
<Language><LanguageRole>01</LanguageRole><LanguageCode>eng</LanguageCode></Language>
<Extent><ExtentType>00</ExtentType><ExtentValue>312</ExtentValue><ExtentUnit>03</ExtentUnit></Extent>
<Subject><MainSubject/><SubjectSchemeIdentifier>10</SubjectSchemeIdentifier><SubjectCode>FIC019000</SubjectCode>
<SubjectHeadingText>FICTION / Literary</SubjectHeadingText></Subject>
<Subject><SubjectSchemeIdentifier>93</SubjectSchemeIdentifier><SubjectCode>FBA</SubjectCode></Subject>
<Audience><AudienceCodeType>01</AudienceCodeType><AudienceCodeValue>01</AudienceCodeValue></Audience></DescriptiveDetail>
<CollateralDetail><TextContent><TextType>03</TextType><ContentAudience>00</ContentAudience>
<Text textformat="05"><p>{words}</p><p>Number {number}.</p></Text></TextContent></CollateralDetail>
<PublishingDetail><Imprint><ImprintName>Harbour Lane</ImprintName></Imprint>
<Publisher><PublishingRole>01</PublishingRole><PublisherName>Harbour Lane Books</PublisherName></Publisher>
<PublishingStatus>04</PublishingStatus><PublishingDate><PublishingDateRole>01</PublishingDateRole><Date>20260910</Date>
</PublishingDate></PublishingDetail>
<ProductSupply><SupplyDetail><Supplier><SupplierRole>01</SupplierRole><SupplierName>Harbour Lane Books</SupplierName></Supplier>
<ProductAvailability>20</ProductAvailability>
<Price><PriceType>02</PriceType><PriceAmount>9.99</PriceAmount><CurrencyCode>GBP</CurrencyCode></Price>
<Price><PriceType>02</PriceType><PriceAmount>13.50</PriceAmount><CurrencyCode>EUR</CurrencyCode></Price>
</SupplyDetail></ProductSupply></Product>
"""


def write_csv(file: Path, rows: int) -> None:
    with file.open("w") as out:
        out.write("isbn13,title,authors,first_published,language,price,currency,copies\n")
        for n in range(rows):
            out.write(
                f'{isbn13("9798", n)},"Book {n} (A Series, #{n % 9})","An Author, Another {n % 999}",1999,eng,12.50,EUR,0\n'
            )


def write_onix(file: Path, products: int) -> None:
    with file.open("w") as out:
        out.write('<?xml version="1.0" encoding="UTF-8"?>\n')
        out.write('<ONIXMessage release="3.0" xmlns="http://ns.editeur.org/onix/3.0/reference"><Header/>\n')
        for n in range(products):
            out.write(RECORD.format(isbn=isbn13("9799", n), number=n, part=n % 9, words=WORDS))
        out.write("</ONIXMessage>\n")


def large_imports(bookshop, *, rows: int, products: int, say: Callable[[str], None]) -> dict:
    """This function will import a CSV and an ONIX message, and each of them again, while workers and timetable rest."""
    for part in (bookshop.beat, bookshop.worker, bookshop.imports):
        part.stop()
    found = {}
    with _scratch(bookshop) as env:
        for name, write, number in (("csv", write_csv, rows), ("onix", write_onix, products)):
            file = bookshop.home / f"large.{name}"
            write(file, number)
            for again in (False, True):
                say(f"{number:,} records of {name}{' again' if again else ''} …")
                found[f"{name}_again" if again else name] = _import(bookshop, file, env) | {"records": number}
            file.unlink()
    for part in (bookshop.worker, bookshop.imports, bookshop.beat):
        part.start()
        part.wait_until_ready()
    return {name: _of_each(run) for name, run in found.items()}


def _of_each(run: dict) -> dict:
    cpu = {part: round(used / run["records"] * 1000, 4) for part, used in run["cpu_s"].items()}
    return run | {"per_s": round(run["records"] / run["seconds"]), "cpu_s_per_1000": cpu}


@contextmanager
def _scratch(bookshop):
    """The store's environment with an empty database, so that the other measurements keep their catalogue."""
    with psycopg.connect(bookshop.postgres.url("postgres"), autocommit=True) as postgres:
        postgres.execute(f"DROP DATABASE IF EXISTS {SCRATCH}")
        postgres.execute(f"CREATE DATABASE {SCRATCH}")
        # As the superuser: the store may enter its own database only.
        url = bookshop.postgres.url("postgres").rpartition("/")[0] + f"/{SCRATCH}"
        env = {**bookshop.store_env, "DATABASE_URL": url, "BROKER_URL": ""}
        job = Commands("scratch", [["migrate", "--noinput"]], home=bookshop.home, env=env)
        job.start()
        assert job.process.wait(GIVE_UP_S) == 0, job.log.read_text()[-2000:]
        yield env
        postgres.execute(f"DROP DATABASE {SCRATCH} WITH (FORCE)")


def _import(bookshop, file: Path, env: dict[str, str]) -> dict:
    job = Commands("large", [["import_books", str(file)]], home=bookshop.home, env=env)
    peak = python = 0.0
    postgres = cpu_seconds(bookshop.postgres.process.pid)
    began = time.monotonic()
    job.start()
    while job.process.poll() is None:
        peak = max(peak, peak_megabytes(job.process.pid))
        python = max(python, cpu_seconds(job.process.pid))
        time.sleep(LOOK_EVERY_S)
    seconds = time.monotonic() - began
    assert job.process.returncode == 0, job.log.read_text()[-2000:]
    used = {"python": python, "postgres": cpu_seconds(bookshop.postgres.process.pid) - postgres}
    return {"seconds": round(seconds, 2), "peak_mb": round(peak), "cpu_s": used}
