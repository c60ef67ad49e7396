"""What is wrong, why, what would help and what people gain: one need holds a whole idea together."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Need:
    """All frames. `gain` follows "to" or "helps {aud}", `value` is a noun phrase, `area` is how a person names the problem."""

    area: tuple[str, ...]
    pain: tuple[str, ...]
    cause: tuple[str, ...]
    fix: tuple[str, ...]
    gain: tuple[str, ...]
    value: tuple[str, ...]
    strength: tuple[str, ...]


NEEDS = (
    Need(
        ("high prices", "high costs", "affordability", "small budgets"),
        ("{Good|New|Reliable} {t} {be} too expensive for many {aud}.", "{Aud} often pay too much for {t}.", "Many {aud} cannot afford {t}, so they go without.", "The price of {t} keeps {aud} away.", "For {aud}, the cost of {t} {rises every year|is hard to plan}."),
        ("Each middleman adds a margin.", "Small buyers get no discount.", "Prices are hidden until the last step.", "Most offers are made for large companies."),
        ("cuts out the middleman and buys in bulk", "shows the full price before anyone pays", "splits the cost between several users", "offers small payments instead of one large bill"),
        ("save money", "pay less", "stay within budget", "get more for less"),
        ("fair prices", "low costs", "honest prices", "a price that everyone can pay"),
        ("Low prices", "Clear pricing", "No middleman"),
    ),
    Need(
        ("waste", "too much waste", "throwing things away", "sustainability"),
        ("{Too much|A lot of} good material is thrown away in {the world of|connection with} {t}.", "{Aud} throw away {things|parts|material} that could be used again.", "{T} create{s} more waste than most {aud} think.", "Every year, {aud} bin tonnes of leftovers from {t}."),
        ("Nobody collects what is left over.", "Repairs cost more than buying new.", "There is no easy way to return or reuse.", "Most products are made to be used once."),
        ("takes back what is used and gives it a second life", "makes repair and reuse the easy choice", "turns leftovers into something useful", "measures waste and rewards those who cut it"),
        ("cut waste", "waste less", "reuse more", "keep good things in use"),
        ("less waste", "a second life for good materials", "a smaller footprint", "clean and green habits"),
        ("Low waste", "A green image", "Strong appeal to eco-minded buyers"),
    ),
    Need(
        ("lack of time", "saving time", "slow processes", "long waiting times"),
        ("{Aud} {lose|spend|waste} hours every week {because of|on} {t}.", "Finding and using {t} takes far too long.", "{Aud} have no time to deal with {t}.", "Long waiting times for {t} annoy {aud}."),
        ("Most steps are still done by hand.", "Everything is spread over too many places.", "Every order starts from zero.", "Old tools do not talk to each other."),
        ("does the slow steps on its own", "brings every step into one place", "prepares everything in advance", "cuts ten steps down to two"),
        ("save time", "get things done faster", "win back an hour a day", "skip the queue"),
        ("more free time", "speed", "a quick start", "no waiting"),
        ("Saves time from day one", "Fast service", "Simple process"),
    ),
    Need(
        ("lack of trust", "bad reviews", "unclear quality", "fake offers"),
        ("{Aud} do not know whom to trust when it comes to {t}.", "Fake reviews make it hard to choose {t}.", "{Aud} worry about the quality of {t}.", "Many {aud} have had bad experiences with {t}."),
        ("Nobody checks the claims of sellers.", "Reviews are bought and sold.", "There is no clear standard.", "Sellers hide where things come from."),
        ("checks every seller and publishes the results", "shows where everything comes from", "lets only real customers write reviews", "gives a clear quality promise with a refund"),
        ("buy with confidence", "choose without worry", "know what they get", "trust what they buy"),
        ("proven quality", "trust", "honest information", "peace of mind"),
        ("Trusted brand", "Checked quality", "Open and honest information"),
    ),
    Need(
        ("poor access", "hard to find", "long distances", "bad supply"),
        ("{T} {be} hard to find for {aud}.", "{Aud} have to travel far to get {t}.", "Outside big cities, {t} {be} almost impossible to find.", "There {are|is} never enough {t} where {aud} need {them}."),
        ("Most suppliers only serve large cities.", "Small suppliers are hard to see online.", "The nearest supplier is often an hour away.", "Supply and demand never meet."),
        ("brings supply close to the people who need it", "connects people with suppliers nearby", "delivers to every village", "shows what is free right now and close by"),
        ("find what they need nearby", "get what they need without a long trip", "have access at any time", "find help close to home"),
        ("easy access", "short distances", "good supply everywhere", "help close to home"),
        ("Close to customers", "Easy access", "Wide local network"),
    ),
    Need(
        ("lack of skills", "getting started", "not knowing how", "lack of knowledge"),
        ("Many {aud} would like to use {t} but do not know how to start.", "{Aud} feel lost when they first try {t}.", "Good advice on {t} is rare and full of difficult words.", "Beginners give up on {t} after a few weeks."),
        ("Most guides are written for experts.", "There is nobody to ask.", "Courses are long and dry.", "The first steps are the hardest."),
        ("explains every step in plain words", "guides beginners with short lessons", "pairs beginners with people who know", "starts small and grows with the user"),
        ("learn step by step", "start with confidence", "build real skills", "get good results from day one"),
        ("clear guidance", "a simple start", "plain advice", "skills that last"),
        ("Easy for beginners", "Clear guidance", "Friendly support"),
    ),
    Need(
        ("loneliness", "community", "bringing people together", "isolation"),
        ("Many {aud} deal with {t} alone.", "{Aud} rarely meet others who care about {t}.", "There is no place where {aud} can talk about {t}.", "{Aud} miss people who share their interest in {t}."),
        ("Clubs are closing and chats are noisy.", "People live close together but never talk.", "Online groups stay on the surface.", "There are few reasons to meet."),
        ("brings people with the same interest together", "turns a lonely task into a shared one", "gives neighbours a reason to meet", "builds small groups that help each other"),
        ("meet like-minded people", "feel part of a group", "help each other", "make new friends"),
        ("real community", "company", "a friendly group", "shared joy"),
        ("Loyal community", "Strong word of mouth", "Members help each other"),
    ),
    Need(
        ("poor quality", "things that break", "short product life", "reliability"),
        ("{Cheap|Many|Most} {t} {do} not last.", "{Aud} are tired of {t} that break{s} or disappoint{s}.", "{T} of poor quality cost{s} {aud} money and nerves.", "{Cheap|Simple} {t} fail{s} after a short time."),
        ("Makers save on material.", "Nobody tests before selling.", "Spare parts are hard to get.", "Price matters more than quality in most shops."),
        ("uses tested materials and spare parts", "tests everything before it is sold", "comes with a long guarantee", "is built by people who care about details"),
        ("rely on what they buy", "enjoy quality that lasts", "stop buying twice", "use things for years"),
        ("lasting quality", "solid work", "a long life", "quality that you can feel"),
        ("High quality", "Long guarantee", "Few complaints"),
    ),
    Need(
        ("safety", "accidents", "health risks", "risk"),
        ("{Unsafe|Badly kept} {t} can hurt {aud}.", "{Aud} worry about safety when they use {t}.", "Small mistakes with {t} can have serious results.", "Many {aud} only think about safety after an accident with {t}."),
        ("Risks are found too late.", "Safety rules are hard to read.", "Checks are done once a year at best.", "Warnings come without advice."),
        ("spots risks early and warns in time", "puts safety first in every detail", "turns safety rules into simple checks", "keeps watch day and night"),
        ("stay safe", "avoid accidents", "spot risks early", "feel safe every day"),
        ("safety", "peace of mind", "early warnings", "safe routines"),
        ("High safety", "Early warnings", "Simple checks"),
    ),
    Need(
        ("lack of space", "small homes", "storage", "clutter"),
        ("{T} take{s} up space that {aud} do not have.", "{Aud} in small homes have no room for {t}.", "Most of the time, {t} stand{s} around unused.", "Storing {t} is a daily problem for {aud}."),
        ("Products are made for large houses.", "Storage is rented by the month.", "Most things are used twice a year.", "Nobody shares what they own."),
        ("folds, stacks or moves out of the way", "stores things nearby and brings them when needed", "shares one item between many homes", "saves space with a clever design"),
        ("save space", "keep things tidy", "share instead of own", "live well in small rooms"),
        ("more space", "tidy rooms", "less clutter", "room to breathe"),
        ("Space-saving design", "Shared use", "Flexible storage"),
    ),
    Need(
        ("too many choices", "choosing the right product", "confusing offers", "information overload"),
        ("{Aud} face too many choices when they look for {t}.", "Comparing {t} is confusing.", "{Aud} often choose the wrong {t}.", "Every shop says that its {t} {be} the best."),
        ("Offers are hard to compare.", "Adverts hide the facts.", "Advice depends on who pays for it.", "There are a hundred options and no filter."),
        ("asks three questions and suggests the best match", "compares offers side by side", "sorts offers by real needs", "shows only what fits"),
        ("choose well", "find the right match", "decide in minutes", "compare without stress"),
        ("a clear choice", "the right match", "simple comparison", "advice without pressure"),
        ("Neutral advice", "Clear comparison", "Personal matches"),
    ),
    Need(
        ("bad planning", "organisation", "forgetting things", "chaos"),
        ("{Aud} forget important steps with {t}.", "Planning {t} is done on paper and in heads.", "{Aud} never know what comes next with {t}.", "Plans for {t} change and nobody is told."),
        ("Lists get lost.", "Every person keeps a different plan.", "Reminders come too late.", "There is no shared calendar."),
        ("keeps one shared plan for everyone", "sends reminders at the right moment", "turns a long list into small daily steps", "shows who does what and when"),
        ("plan ahead", "stay organised", "keep an overview", "never miss a step"),
        ("a clear plan", "order", "a good overview", "calm days"),
        ("Clear overview", "Shared planning", "Helpful reminders"),
    ),
    Need(
        ("small makers are not seen", "fair pay", "unfair trade", "local economy"),
        ("Small makers of {t} are invisible next to big brands.", "The people behind {t} earn very little.", "{Aud} would like to buy {t} from local makers but cannot find them.", "Money spent on {t} leaves the region."),
        ("Big brands own the shelves.", "Adverts are too expensive for small makers.", "Platforms take high fees.", "Nobody tells the story of the makers."),
        ("gives small makers a shared stage", "pays makers a fair share", "tells the story behind every product", "keeps money in the region"),
        ("support local makers", "buy fair", "know who made it", "keep trade local"),
        ("fair trade", "local pride", "stories of real people", "a fair share for makers"),
        ("Local roots", "Fair pay", "Authentic stories"),
    ),
    Need(
        ("high energy use", "energy costs", "climate", "saving energy"),
        ("{T} use{s} more energy than {it} should.", "{Aud} see rising energy bills because of {t}.", "Nobody knows how much power {t} really use{s}.", "{T} run{s} even when nobody needs {them}."),
        ("Old devices waste power.", "Nobody measures what is used.", "Saving energy takes effort.", "Power is bought without a plan."),
        ("measures energy and switches off what is not needed", "runs on clean power", "shows savings in plain numbers", "shifts use to hours when power is cheap"),
        ("save energy", "use less power", "lower their energy bill", "run on clean power"),
        ("lower energy bills", "clean power", "real savings", "a lighter footprint"),
        ("Low energy use", "Visible savings", "Good for the climate"),
    ),
    Need(
        ("stress", "boredom", "low motivation", "a dull routine"),
        ("{T} feel{s} like a chore to many {aud}.", "{Aud} lose interest in {t} after a short time.", "Dealing with {t} is stressful for {aud}.", "For most {aud}, {t} {be} no fun."),
        ("Everything feels the same.", "There is no reward for good work.", "Nobody sees the progress.", "The routine leaves no room for joy."),
        ("adds play and small rewards", "makes progress visible", "brings a small surprise every week", "turns routine into a game"),
        ("enjoy every day", "stay motivated", "have fun", "relax"),
        ("joy", "small rewards", "fun", "a good mood"),
        ("Fun to use", "High motivation", "Users come back often"),
    ),
    Need(
        ("one size fits all", "personal needs", "lack of variety", "personalisation"),
        ("{T} {be} made for the average person, not for {aud}.", "{Aud} cannot find {t} that fit{s} their needs.", "Standard {t} leave{s} many {aud} unhappy.", "{Aud} want {t} with a personal touch."),
        ("Mass production leaves no room for wishes.", "Custom work is slow and costly.", "Nobody asks the users.", "Special needs are ignored."),
        ("adapts to each person", "is made to order in small batches", "learns what each user likes", "lets users choose every detail"),
        ("get exactly what they want", "find what fits", "make it their own", "feel understood"),
        ("a personal fit", "individual design", "a product that fits", "a personal touch"),
        ("Personal fit", "Made to order", "Deep user knowledge"),
    ),
)
