"""What an idea can be: an app, a club, a kit. How each works, earns, costs and finds its customers."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Kind:
    """`noun` is singular; `does` follows "it" or the brand; all others are phrases."""

    noun: str
    endings: tuple[str, ...]
    does: tuple[str, ...]
    model: tuple[str, ...]
    revenue: tuple[str, ...]
    costs: tuple[str, ...]
    metrics: tuple[str, ...]
    steps: tuple[str, ...]
    weak: tuple[str, ...]


def kind(noun: str, **parts: str) -> Kind:
    return Kind(noun, **{name: tuple(phrase.strip() for phrase in text.split(";")) for name, text in parts.items()})


KINDS = (
    kind("app", endings="Guide; Pocket; Buddy; Finder; Helper; Go; Now; Mate", does="helps {aud} find and choose {t} in a few taps; shows {t} nearby and keeps all notes in one place; reminds {aud} of the next step with {t}; answers questions about {t} at any hour",
         model="freemium app; free basic app with a paid plan; app with a monthly plan", revenue="a small monthly fee for extra features; one-off payments for extra features; a yearly plan for clubs and companies",
         costs="software development; hosting; customer support", metrics="active users per week; share of paying users; rating in app stores", steps="a test version for fifty users; a launch with a local partner; short videos that show the app in use", weak="Depends on smartphone users; Needs regular updates; Hard to stand out in app stores"),
    kind("platform", endings="Hub; Base; Link; Connect; Circle; Bridge; Network", does="connects {aud} with suppliers of {t}; brings buyers and makers of {t} together in one place; lets {aud} compare, book and rate {t}; collects offers for {t} and shows them side by side",
         model="platform with a commission; two-sided platform; platform with member accounts", revenue="a commission of eight percent on each sale; a fee for each booking; paid profiles for suppliers",
         costs="platform development; marketing on both sides; customer support", metrics="number of matches per month; share of returning users; average order value", steps="one city with ten suppliers; personal invitations to suppliers; a free first month for early members", weak="Needs users on both sides; Slow start; Suppliers may go around the platform"),
    kind("marketplace", endings="Market; Bazaar; Trade; Exchange; Stall; Corner", does="lets {aud} buy and sell {t} at fair prices; offers a checked selection of {t} from small sellers; gives used and new {t} a place to find a buyer; handles payment and delivery of {t}",
         model="online marketplace; marketplace with seller fees; local marketplace", revenue="a ten percent fee on every sale; listing fees for sellers; paid placement on the first page",
         costs="payment fees; seller support; advertising", metrics="number of sales; active sellers; days until a sale", steps="fifty sellers before the launch; a small market day as a first test; seller stories on social media", weak="Needs many sellers; Quality varies between sellers; Low margin per sale"),
    kind("subscription box", endings="Box; Crate; Parcel; Monthly; Surprise; Pack", does="brings a fresh selection of {t} to the door every month; lets {aud} try new {t} without a long search; combines {t} with tips and a small surprise; adapts each box to the taste of {aud}",
         model="monthly subscription; subscription with three box sizes; flexible subscription", revenue="a monthly price per box; gift boxes in the holiday season; add-on products",
         costs="products and packaging; shipping; storage", metrics="subscribers; months per subscriber; share of cancelled boxes", steps="one hundred test boxes at a reduced price; gift cards for friends; a launch before the holidays", weak="Shipping costs; Subscribers may cancel; Needs new ideas every month"),
    kind("rental service", endings="Rent; Loan; Share; Borrow; Swap", does="lends {t} by the day or by the week; lets {aud} use {t} without buying {them}; delivers, picks up and cleans {t}; keeps a pool of {t} ready for {aud}",
         model="rental by the day; rental with membership; pay per use", revenue="rental fees; a yearly membership; a small fee for insurance",
         costs="buying the first stock; cleaning and repair; storage", metrics="days rented per item; returning renters; damage rate", steps="a pick-up point in one district; cooperation with a local shop; a free first rental", weak="High cost of the first stock; Damage and wear; Limited reach at the start"),
    kind("starter kit", endings="Kit; Starter; Basics; First Step; Set", does="contains all that {aud} need to start with {t}; guides beginners through {t} with picture cards; turns {t} into a weekend project; combines tools, material and clear steps for {t}",
         model="direct product sale; sale of kits with refills; product line in three levels", revenue="the price of each kit; refill packs; advanced kits for fans",
         costs="material; packaging; product design", metrics="kits sold; refill orders; returns", steps="a first series of two hundred kits; sales at craft markets; videos with the first users", weak="Easy to copy; Stock must be paid in advance; One purchase per customer"),
    kind("sensor", endings="Sense; Watch; Signal; Pulse; Check; Guard", does="measures the state of {t} and sends a message when something is wrong; watches {t} day and night; shows in plain colours how {t} {be} doing; collects data about {t} and turns {them} into advice",
         model="device with a data plan; sale of devices; leasing for companies", revenue="device sales; a monthly data plan; reports for companies",
         costs="hardware; certification; data service", metrics="devices in use; alarms found early; battery life", steps="a pilot with five partners; a trade fair with live data; a report on the first savings", weak="High hardware costs; Needs certification; Batteries must be changed"),
    kind("online course", endings="School; Academy; Lessons; Class; Campus", does="teaches {aud} all about {t} in ten short lessons; shows {t} step by step in short videos; combines lessons on {t} with live questions; gives {aud} a small task on {t} each day",
         model="paid online course; course with coaching; course library with membership", revenue="course fees; group coaching; licences for companies",
         costs="video production; teachers; learning platform", metrics="share of learners who finish; course rating; recommendations", steps="a free first lesson; a group of twenty test learners; talks at local clubs", weak="Learners may lose interest; Content must be updated; Many free videos online"),
    kind("club", endings="Club; Crew; Friends; Society; Table; Collective", does="brings {aud} together around {t} every week; lets members share {t}, tips and contacts; organises evenings where {aud} try {t} together; builds a friendly group of people who love {t}",
         model="membership; club with monthly events; cooperative", revenue="monthly member fees; event tickets; partner discounts",
         costs="rooms; event staff; communication", metrics="members; visits per member; members who bring a friend", steps="an open evening for neighbours; a first group of twelve members; posters in the area", weak="Grows slowly; Depends on active members; Needs a meeting place"),
    kind("workshop", endings="Workshop; Lab; Studio; Atelier; Workbench", does="shows {aud} how to make, use and repair {t}; offers hands-on evenings about {t}; gives {aud} space, tools and advice for {t}; turns an afternoon with {t} into a shared experience",
         model="paid workshops; workshop space with tickets; workshops for teams", revenue="tickets; team events; sale of material",
         costs="rent; teachers; material", metrics="sold seats; rating after each workshop; returning guests", steps="three test evenings; cooperation with a local school; gift vouchers", weak="Limited seats; Depends on good teachers; Seasonal demand"),
    kind("map", endings="Map; Atlas; Compass; Trail; Radar; Route", does="shows where {aud} can find {t}; marks the best places for {t} and keeps them up to date; lets {aud} add tips about {t} to a shared map; finds the shortest way to {t}",
         model="free map with paid entries; map with sponsors; open map with partners", revenue="paid entries; sponsoring by cities; printed maps",
         costs="data care; map service; community work", metrics="places on the map; new entries per week; monthly visitors", steps="one district mapped by hand; invitations to local clubs; printed cards in shops", weak="Data gets old quickly; Hard to earn money early; Needs active users"),
    kind("repair service", endings="Repair; Fix; Care; Revive; Renew", does="picks up worn {t}, repairs {them} and brings {them} back; gives {t} a second life at a fixed price; repairs {t} on site within two days; teaches {aud} to keep {t} in shape",
         model="fixed-price repair; repair with a care plan; mobile service", revenue="repair fees; yearly care plans; sale of spare parts",
         costs="skilled staff; spare parts; van and tools", metrics="repairs per week; days per repair; customer rating", steps="a mobile stand at the market; cooperation with shops; a before-and-after gallery", weak="Skilled staff are rare; Spare parts can be slow; Every case is different"),
    kind("refill station", endings="Refill; Fill; Loop; Return; Cycle", does="replaces packaging around {t} with jars that come back; lets {aud} refill what they need for {t}; brings a mobile filling point for {t} to every district; rewards {aud} for each returned container",
         model="sale by weight; deposit system; franchise for shops", revenue="product sales; deposits; fees from partner shops",
         costs="containers; cleaning; filling machines", metrics="refills per week; returned containers; saved packaging", steps="a test in one shop; a market stall with free samples; partner shops in walking distance", weak="Customers must change habits; Cleaning costs; Needs space in shops"),
    kind("planner", endings="Planner; Diary; Board; Steps; List; Calendar", does="turns {t} into a clear weekly plan; breaks {t} down into small daily steps; keeps all dates, notes and costs of {t} together; shows {aud} what to do next with {t}",
         model="one-off sale with yearly refills; freemium planner; licence for teams", revenue="sale of the planner; a team plan; templates for special cases",
         costs="design; printing or hosting; marketing", metrics="plans finished; weekly use; renewals", steps="a free printable week; tests with ten users; articles in local papers", weak="Paper and free apps compete; Users must stay with it; Small price per unit"),
    kind("vending machine", endings="Express; Corner; Stop; Point; Box", does="sells {t} at any hour of the day; puts {t} where {aud} wait or pass by; accepts orders by phone and keeps {t} ready; offers a small choice of good {t} close to home",
         model="direct sale from machines; machines leased to partners; franchise", revenue="sales per machine; leasing fees; screen adverts",
         costs="machines; refilling; rent for places", metrics="sales per day; empty slots; repair calls", steps="two machines at busy places; a contract with a landlord; a free sample day", weak="High cost of machines; Good places are rare; Needs daily refilling"),
    kind("coaching service", endings="Coach; Advice; Mentor; Partner; Guide", does="gives {aud} personal advice on {t}; builds a plan for {t} and checks it every week; answers questions about {t} by phone or message; pairs {aud} with an expert in {t}",
         model="hourly coaching; coaching packages; advice with a monthly fee", revenue="packages of five sessions; a monthly advice plan; group sessions",
         costs="coaches; booking software; training", metrics="sessions per month; goals reached; recommendations", steps="free first talks; a guide with ten tips; partners who recommend the service", weak="Depends on good coaches; Hard to scale; Results take time"),
    kind("quality label", endings="Label; Seal; Mark; Promise; Check", does="marks {t} that pass{es} a strict test; tells {aud} at a glance which {t} to trust; checks makers of {t} once a year; publishes test results about {t} in plain words",
         model="certification for makers; yearly licence; non-profit label", revenue="test fees; yearly licence fees; training for makers",
         costs="testers; laboratory; public relations", metrics="certified makers; known by buyers; failed tests", steps="a first round with ten makers; an open list of rules; press work with consumer groups", weak="Needs time to become known; Tests are costly; Big brands may ignore it"),
    kind("delivery service", endings="Express; Delivery; Rider; Wheels; Dash; Run", does="brings {t} to {aud} within a day; delivers {t} by cargo bike; combines small orders of {t} into one trip; carries {t} from local makers to the door",
         model="delivery fee per order; delivery with membership; service for shops", revenue="delivery fees; a monthly flat rate; fees from partner shops",
         costs="riders; bikes; order software", metrics="orders per hour; minutes per delivery; repeat orders", steps="one district with two riders; partner shops; flyers with a first free delivery", weak="Low margin per order; Bad weather; Needs enough orders per district"),
    kind("toolkit", endings="Tools; Works; Suite; Desk; Flow; Cloud", does="gives {aud} all tools for {t} in one place; replaces five separate programs for {t} with one; keeps data about {t} clean and shared; automates the dull parts of {t}",
         model="software as a service; licence per team; usage-based price", revenue="a monthly fee per seat; setup fees; paid support",
         costs="software development; support; sales", metrics="active teams; hours saved; renewals", steps="a pilot with three teams; a case study; a free trial of thirty days", weak="Long sales talks; Must fit other software; Training is needed"),
    kind("tool library", endings="Library; Shelf; Stock; Locker; Store", does="lends {t} like a library lends books; keeps shared {t} in lockers close to home; lets {aud} reserve {t} by phone; repairs and cares for a shared stock of {t}",
         model="membership with free loans; community-owned library; pay per loan", revenue="yearly member fees; late fees; support from the city",
         costs="stock; lockers; part-time staff", metrics="loans per item; members; items shared", steps="a collection of donated items; one locker in a busy street; a party for the neighbours", weak="Relies on careful users; Little income at the start; Needs volunteers"),
    kind("festival", endings="Festival; Days; Fair; Week; Night; Weekend", does="celebrates {t} with stalls, talks and music; lets {aud} try {t} and meet makers; turns one weekend a year into a feast of {t}; brings new and old fans of {t} together",
         model="ticketed event; event with sponsors; free event with stalls", revenue="tickets; stall fees; sponsors",
         costs="place and permits; stage and staff; advertising", metrics="visitors; sold tickets; stalls that come back", steps="a small test evening; local sponsors; posters and radio", weak="Depends on the weather; One chance per year; High costs in advance"),
    kind("collection", endings="Line; Edition; Works; Craft; Goods; House", does="offers well-made {t} in a small and clear selection; combines good design with {t} for daily use; makes {t} to order from checked material; renews {t} with fresh colours and honest material",
         model="direct sale online; small series made to order; sale through partner shops", revenue="product sales; limited editions; care products",
         costs="material; production; photos and online shop", metrics="orders; returns; repeat buyers", steps="a first edition of one hundred pieces; pictures with real customers; a pop-up shop", weak="Small series cost more; Taste changes; Little known at the start"),
)
