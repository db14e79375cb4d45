"""Words that turn a statement around: negations, quantifiers, opposites; and what figures are counted in.

English. In another language few of them fire, and the judgement rests on words and figures alone.
"""

from __future__ import annotations

from ingest.analysis import stem

NEGATIONS = frozenset(
    "not no never none neither nor nobody nothing nowhere without hardly barely scarcely cannot unable"
    " fail fails failed failing lack lacks lacked lacking absent absence instead rather non unlike"
    " except".split()
)
# "No more than five" and "not only" take nothing back.
NOT_NEGATING = frozenset("more less fewer later earlier only least matter doubt".split())
# Between a negation and what it turns around.
PASSED_BY_NEGATION = frozenset(
    "yet any be been being to have has had a an the longer always all very so such".split()
)

_QUANTIFIERS = {
    "all": "all every each always entire entirely completely fully everyone everything everywhere invariably"
    " whole totally exclusively only solely guaranteed",
    "most": "most mostly usually typically generally normally often commonly frequently majority mainly"
    " largely primarily predominantly",
    "some": "some several many sometimes occasionally partly partially various numerous certain",
    "few": "few rarely seldom little infrequently minority",
    "none": "none never no nobody nothing neither nowhere",
    "must": "must required requires require mandatory shall necessary obligatory need needs",
    "may": "may might could possibly perhaps optional optionally maybe likely probably potentially can",
    "should": "should recommended advisable ought suggested",
    "at least": "least minimum exceed exceeds exceeding over above more greater beyond",
    "at most": "most maximum under below less fewer within",
    "about": "about approximately roughly around nearly almost circa",
    "exactly": "exactly precisely",
    "first": "first initial initially earliest before prior previously beforehand",
    "last": "last final finally latest after afterwards subsequently later following",
}
QUANTIFIER_CLASSES: dict[str, frozenset[str]] = {}
for _name, _words in _QUANTIFIERS.items():
    for _word in _words.split():
        QUANTIFIER_CLASSES[_word] = QUANTIFIER_CLASSES.get(_word, frozenset()) | {_name}
# What a class is not to be taken for; all others are near enough.
OPPOSED_CLASSES = {
    "all": frozenset({"most", "some", "few", "none", "may"}),
    "most": frozenset({"all", "some", "few", "none"}),
    "some": frozenset({"all", "most", "none", "few"}),
    "few": frozenset({"all", "most", "some"}),
    "none": frozenset({"all", "most", "some", "few"}),
    "must": frozenset({"may", "should"}),
    "may": frozenset({"must", "all"}),
    "should": frozenset({"must"}),
    "at least": frozenset({"at most", "exactly"}),
    "at most": frozenset({"at least", "exactly"}),
    "about": frozenset({"exactly"}),
    "exactly": frozenset({"about", "at least", "at most"}),
    "first": frozenset({"last"}),
    "last": frozenset({"first"}),
}

_OPPOSITES = """
increase,rise,rose,risen,grow,grew,grown,raise,gain,climb,expand,boost,elevate,up|decrease,fall,fell,fallen,shrink,reduce,lower,drop,decline,lose,lost,cut,diminish,lessen,down
higher,more,greater,larger,bigger,high,upper,large,big,great|lower,less,smaller,low,fewer,small,little
faster,quicker,fast,quick,rapid,quickly,rapidly|slower,slow,slowly,gradual,gradually
better,good,improve,best,well|worse,bad,worsen,degrade,worst,poor,poorly,deteriorate
before,prior,earlier,previously,precede|after,later,following,subsequently,follow
above,over,exceed|below,under,beneath
maximum,maximal,maximize,most,max|minimum,minimal,minimize,least,min
always|never,rarely,seldom
all,every,everyone|none,no,nobody
success,succeed,successful,pass|failure,fail,unsuccessful
allow,permit,enable,let,allowed|forbid,prohibit,disallow,prevent,deny,block,ban,disable
accept,approve,accepted,approved|reject,refuse,deny,disapprove,rejected,decline
include,contain,including,with|exclude,omit,excluding,without
begin,start,open,launch,opening,beginning,commence|end,finish,close,stop,terminate,closing,cease
first,early,initial|last,late,final
same,identical,equal,similar|different,distinct,unequal
true,correct,right,accurate,valid|false,incorrect,wrong,inaccurate,invalid
positive,benefit,beneficial,advantage,helpful|negative,harm,harmful,disadvantage,drawback
safe,secure|dangerous,unsafe,risky,insecure,hazardous
strong,stronger|weak,weaker
easy,simple,easier,simpler|hard,difficult,complex,complicated,harder
cheap,cheaper,inexpensive|expensive,costly,dear
hot,warm,heat,hotter,warmer|cold,cool,chill,colder,cooler
left|right
north,northern|south,southern
east,eastern|west,western
buy,purchase|sell
import|export
public,open|private,closed
internal,inside,inner,in,within|external,outside,outer,out
long,longer,lengthen|short,shorter,shorten,brief
old,older|new,newer,young,younger,recent
wide,broad,wider|narrow,narrower
full|empty
heavy,heavier|light,lighter
hard|soft
wet,moist|dry
male,man,men,boy,father,husband,son,he,his|female,woman,women,girl,mother,wife,daughter,she,her
day|night
morning|evening
summer|winter
spring|autumn
add,attach,insert,introduce|remove,subtract,detach,delete,drop
keep,kept,retain,preserve,remain|erase,delete,remove,discard,lose,lost,destroy
help,support,enable|prevent,hinder,hamper,block
free|paid,charge,extra
reveal,show,shown|hide,hid,hidden,conceal
deep,deeper|shallow
certain,definite|uncertain,expected,possible
compulsory,mandatory|optional,voluntary
accelerate,speed|slow,decelerate,delay
active|inactive,passive,idle
automatic,automatically|manual,manually
synchronous|asynchronous
static|dynamic
mutable|immutable
common,frequent,frequently,often,usual,commonly,usually|rare,uncommon,infrequent,rarely,unusual,seldom
major,main,majority,primary|minor,minority,secondary
many,most|few,fewer
more|less,fewer
local|remote,global
client|server
parent|child
input|output
read|write
encode,encrypt,compress|decode,decrypt,decompress
upload|download
ascend,ascending,up,upward|descend,descending,down,downward
forward|backward
cause,lead|prevent,avoid
encourage,promote,support|discourage,oppose,undermine
agree|disagree
optional,voluntary|required,mandatory,compulsory,necessary
temporary|permanent
horizontal,horizontally|vertical,vertically
win,won,victory|lose,lost,defeat
love,like|hate,dislike
alive,born,birth|dead,died,death
present|absent
single,alone|multiple,together,married
simplify|complicate
strengthen|weaken
tighten|loosen
push|pull
employ,hire|fire,dismiss
borrow|lend
arrive,enter|leave,depart,exit
rich,wealthy|poor
raw|cooked
acid,acidic|alkaline,basic
domestic|foreign
urban|rural
precision|recall
numerator|denominator
optimistic|pessimistic
eager|lazy
stateful|stateless
online|offline
supervised|unsupervised
deterministic|random,nondeterministic,stochastic
sparse|dense
linear|nonlinear,exponential,quadratic
"""
_PREFIXES = ("un", "in", "im", "ir", "il", "dis", "non", "mis")


def _opposites() -> dict[str, frozenset[str]]:
    found: dict[str, frozenset[str]] = {}
    for line in _OPPOSITES.strip().splitlines():
        left, right = (frozenset(map(stem, side.split(","))) for side in line.split("|"))
        for ours, theirs in ((left, right), (right, left)):
            for word in ours:
                found[word] = found.get(word, frozenset()) | (theirs - ours)
    return found


OPPOSITES = _opposites()


def opposites_in(root: str, stems: frozenset[str]) -> str:
    """Return the stem among `stems` that says the contrary of `root`, or nothing.

    >>> opposites_in("increas", frozenset({"cost", "reduc"}))
    'reduc'
    >>> opposites_in("unsupport", frozenset({"support"}))
    'support'
    """
    graded = {form: one for one in stems for form in _grades(one)}
    listed = [
        graded[one] for form in _grades(root) for one in OPPOSITES.get(form, frozenset()) & graded.keys()
    ]
    if listed:
        return min(listed)
    shortest = 4
    for prefix in _PREFIXES:
        bare = root.removeprefix(prefix)
        if bare != root and len(bare) >= shortest and bare in stems:
            return bare
        if prefix + root in stems and len(root) >= shortest:
            return prefix + root
    return ""


def _grades(root: str) -> tuple[str, ...]:
    """Return a word as it stands, and without the ending of a comparison ("deepest", "larger")."""
    for ending in ("est", "er"):
        bare = root.removesuffix(ending)
        if bare != root and len(bare) > 2:  # noqa: PLR2004 - "her" is no comparison
            return root, bare, bare + "e", bare[:-1]
    return (root,)


_UNITS = """
second: s sec secs second seconds
millisecond: ms msec millisecond milliseconds
microsecond: µs us microsecond microseconds
minute: min mins minute minutes
hour: h hr hrs hour hours
day: d day days
week: wk week weeks
month: mo month months
quarter: quarter quarters
year: yr yrs year years
decade: decade decades
century: century centuries
percent: % percent pct percentage
dollar: $ usd dollar dollars buck bucks
cent: cent cents
euro: € eur euro euros
pound sterling: £ gbp
rupee: ₹ rupee rupees
yen: ¥ yen
thousand: k thousand thousands
million: m million millions mn
billion: b bn billion billions
trillion: trillion trillions tn
kilobyte: kb kilobyte kilobytes kib
megabyte: mb megabyte megabytes mib
gigabyte: gb gigabyte gigabytes gib
terabyte: tb terabyte terabytes tib
petabyte: pb petabyte petabytes
byte: byte bytes
bit: bit bits
token: token tokens
word: word words
character: character characters chars char
millimetre: mm millimeter millimeters millimetre millimetres
centimetre: cm centimeter centimeters centimetre centimetres
kilometre: km kilometer kilometers kilometre kilometres
metre: meter meters metre metres
inch: inch inches
foot: ft foot feet
yard: yard yards yd
mile: mile miles mi
milligram: mg milligram milligrams
gram: g gram grams
kilogram: kg kilogram kilograms kilo kilos
tonne: tonne tonnes ton tons
pound: lb lbs pound pounds
ounce: oz ounce ounces
millilitre: ml milliliter milliliters millilitre millilitres
litre: l liter liters litre litres
gallon: gallon gallons gal
cup: cup cups
teaspoon: tsp teaspoon teaspoons
tablespoon: tbsp tablespoon tablespoons
celsius: °c celsius c
fahrenheit: °f fahrenheit f
degree: ° degree degrees
kelvin: kelvin kelvins
hertz: hz hertz
megahertz: mhz
gigahertz: ghz
watt: w watt watts
kilowatt: kw kilowatt kilowatts
volt: v volt volts
calorie: cal calorie calories kcal
mile per hour: mph
kilometre per hour: kmh kph
point: point points
fold: x fold times
"""
UNITS = {
    word: unit
    for unit, words in (line.split(": ") for line in _UNITS.strip().splitlines())
    for word in words.split()
}
# One of a unit: "per day", "every day", "daily".
RATES = frozenset("per every each".split())
RATE_WORDS = {
    "hourly": "hour",
    "daily": "day",
    "nightly": "day",
    "weekly": "week",
    "monthly": "month",
    "quarterly": "quarter",
    "yearly": "year",
    "annually": "year",
    "annual": "year",
}
APPROXIMATE = frozenset("about around nearly almost roughly approximately circa some".split())
AT_LEAST = frozenset("over above least exceeding exceeds beyond".split())
AT_MOST = frozenset("under below most within".split())
SCALES = {"thousand": 1e3, "million": 1e6, "billion": 1e9, "trillion": 1e12, "hundred": 1e2}
# Unit -> how many of the second unit it is.
CONVERSIONS: dict[str, tuple[float, str]] = {
    "microsecond": (1e-6, "second"),
    "millisecond": (1e-3, "second"),
    "minute": (60.0, "second"),
    "hour": (3600.0, "second"),
    "day": (86400.0, "second"),
    "week": (604800.0, "second"),
    "decade": (10.0, "year"),
    "century": (100.0, "year"),
    "kilobyte": (1e3, "byte"),
    "megabyte": (1e6, "byte"),
    "gigabyte": (1e9, "byte"),
    "terabyte": (1e12, "byte"),
    "petabyte": (1e15, "byte"),
    "millimetre": (1e-3, "metre"),
    "centimetre": (1e-2, "metre"),
    "kilometre": (1e3, "metre"),
    "milligram": (1e-3, "gram"),
    "kilogram": (1e3, "gram"),
    "tonne": (1e6, "gram"),
    "millilitre": (1e-3, "litre"),
    "foot": (12.0, "inch"),
    "yard": (36.0, "inch"),
    "megahertz": (1e6, "hertz"),
    "gigahertz": (1e9, "hertz"),
    "kilowatt": (1e3, "watt"),
    "cent": (0.01, "dollar"),
}
NUMBER_WORDS = {
    word: float(value)
    for value, word in enumerate(
        "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen"
        " sixteen seventeen eighteen nineteen twenty".split()
    )
} | {
    "thirty": 30.0,
    "forty": 40.0,
    "fifty": 50.0,
    "sixty": 60.0,
    "seventy": 70.0,
    "eighty": 80.0,
    "ninety": 90.0,
    "hundred": 100.0,
    "dozen": 12.0,
}
ORDINALS = dict(
    zip(
        "first second third fourth fifth sixth seventh eighth ninth tenth".split(),
        map(float, range(1, 11)),
        strict=True,
    )
)
# "May" and "march" are words too: they count as months beside a number alone.
MONTHS = {
    name: place % 12 + 1
    for place, name in enumerate(
        "january february march april may june july august september october november december"
        " jan feb mar apr may jun jul aug sep oct nov dec".split()
    )
} | {"sept": 9}
AMBIGUOUS_MONTHS = frozenset({"may", "march", "mar", "jan", "dec", "sep"})
WEEKDAYS = frozenset("monday tuesday wednesday thursday friday saturday sunday".split())
