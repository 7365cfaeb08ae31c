"""The elements of ONIX 3 that a book of ours is made of, by their reference names and their short ones.

Source: the tag index of ONIX for Books 3.0 and 3.1, which share these. What stands in no table is skipped unread.
"""

# Composites have the same name in both kinds, written small in the short one.
COMPOSITES = (
    "Header Product ProductIdentifier DescriptiveDetail TitleDetail TitleElement Collection CollectionSequence Contributor "
    "Language Subject CollateralDetail TextContent PublishingDetail Imprint Publisher PublishingDate ProductSupply "
    "SupplyDetail Price Tax Territory PriceDate Extent"
).split()
LEAVES = dict(
    pair.split(":")
    for pair in (
        "a001:RecordReference a002:NotificationType b221:ProductIDType b244:IDValue b012:ProductForm b202:TitleType "
        "x409:TitleElementLevel x410:PartNumber b203:TitleText b030:TitlePrefix b031:TitleWithoutPrefix b029:Subtitle "
        "x481:CollectionSequenceNumber b034:SequenceNumber b035:ContributorRole b036:PersonName b037:PersonNameInverted "
        "b039:NamesBeforeKey b247:PrefixToKey b040:KeyNames b248:SuffixToKey b047:CorporateName b253:LanguageRole "
        "b252:LanguageCode x425:MainSubject b067:SubjectSchemeIdentifier b069:SubjectCode b070:SubjectHeadingText "
        "x426:TextType x427:ContentAudience d104:Text b079:ImprintName b291:PublishingRole b081:PublisherName "
        "b394:PublishingStatus x448:PublishingDateRole b306:Date j396:ProductAvailability x462:PriceType "
        "j261:PriceQualifier j151:PriceAmount j152:CurrencyCode x471:TaxRateCode x472:TaxRatePercent "
        "x449:CountriesIncluded x450:RegionsIncluded x451:CountriesExcluded x476:PriceDateRole m186:DefaultCurrencyCode "
        "x310:DefaultPriceType b218:ExtentType b219:ExtentValue b220:ExtentUnit"
    ).split()
)
ROOTS = ("ONIXMessage", "ONIXmessage")
REFERENCE_NAMES = (
    LEAVES
    | {name: name for name in LEAVES.values()}
    | {name.lower(): name for name in COMPOSITES}
    | {name: name for name in COMPOSITES}
)
NAMESPACES = tuple(
    f"http://ns.editeur.org/onix/{version}/{kind}" for version in ("3.0", "3.1") for kind in ("reference", "short")
)


def local_name(name: str) -> str:
    """The name without its namespace; empty if it is of a namespace that is not ONIX 3."""
    namespace, _, local = name.rpartition("}")
    return local if namespace in ("", *NAMESPACES) else ""
