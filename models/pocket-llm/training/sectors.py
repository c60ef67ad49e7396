"""What the texts are about: branches of trade, who is in them, what they use, do and where.

One line each: name | people | things, one of them | stuff without a plural | activities | places.
"""

from __future__ import annotations

from dataclasses import dataclass

TABLE = """
farming | small farmer, orchard owner, seed grower, young farmer | greenhouse, irrigation pump, seed drill, tractor, soil probe, harvest crate, orchard ladder | compost, hay, fresh produce, animal feed, organic seed | planting, harvesting, soil testing, watering crops | farm, field, barn
baking | home baker, pastry chef, bakery owner, sourdough fan | bakery, bread oven, sourdough starter, cake stand, baking tray, bread basket, rolling pin | sourdough bread, rye flour, cake frosting, pastry dough | baking, kneading dough, selling bread, decorating cakes | bakery, kitchen, village shop
coffee | coffee drinker, cafe owner, barista, office worker | coffee shop, espresso machine, coffee grinder, coffee cup, milk jug, coffee cart | coffee, cold brew, oat milk, roasted coffee | brewing coffee, roasting beans, serving customers | cafe, roastery, office kitchen
tea | tea lover, tea merchant, tea house owner | tea house, teapot, tea sampler, kettle, tea tin | herbal tea, green tea, loose leaf tea, honey | brewing tea, blending leaves, hosting guests | tea room, garden, market
restaurants | restaurant owner, line cook, hungry guest, head waiter | restaurant, food truck, dinner table, menu board, pizza oven, noodle bar, table booking | street food, lunch delivery, seafood, vegan food | cooking, taking orders, planning menus, washing dishes | restaurant, kitchen, food court
groceries | busy shopper, grocer, corner shop owner, budget shopper | grocery store, shopping cart, vegetable box, pantry shelf, market stall | fresh fruit, frozen food, bulk rice, leftover food | shopping for food, stocking shelves, planning meals | corner shop, market, pantry
fitness | runner, gym owner, personal trainer, weekend athlete | gym, yoga mat, running shoe, exercise bike, fitness tracker, jump rope, climbing wall | protein powder, home fitness, strength training | running, lifting weights, stretching, training for a race | gym, park, living room
yoga | yoga teacher, stressed worker, studio owner, beginner | yoga studio, yoga block, meditation cushion, breathing course | mindfulness, yoga, guided meditation, calm music | meditating, breathing slowly, teaching yoga | studio, quiet room, retreat
healthcare | nurse, patient, family doctor, clinic manager | clinic, blood pressure monitor, waiting room, patient record, first aid kit, pill box | medical advice, home care, rehabilitation | visiting patients, booking appointments, taking medicine | clinic, hospital, pharmacy
dentistry | dentist, dental patient, dental nurse | toothbrush, dental chair, tooth guard, dental clinic | toothpaste, dental floss, tooth care | brushing teeth, cleaning teeth, booking check-ups | dental practice, bathroom, school
mental health | student, new parent, therapist, shift worker | mood diary, support group, therapy session, sleep lamp | therapy, peer support, sleep, stress relief | sleeping well, talking about worries, keeping a diary | bedroom, clinic, campus
elder care | senior, carer, adult child, care home manager | care home, walking frame, stair lift, emergency button, memory book | home help, elder care, companionship | visiting parents, preparing meals, checking in on seniors | care home, apartment, village
childcare | new parent, nanny, toddler, nursery teacher | nursery, baby stroller, bedtime story, play kitchen, baby monitor, crib | baby food, child care, playtime | feeding a baby, reading stories, packing a nursery bag | nursery, playground, home
toys | curious child, toy maker, parent, board game fan | wooden toy, board game, puzzle, toy robot, building block, doll house | craft paper, modelling clay, toy sharing | playing, building models, solving puzzles | playroom, toy shop, school
schools | teacher, pupil, headteacher, tutor | classroom, school lunch, school bus, homework planner, textbook, school library | homework help, reading practice, science education | teaching, marking homework, learning to read | school, classroom, library
languages | language learner, exchange student, traveller, translator | language course, phrase book, vocabulary card, language cafe | language learning, sign language, translation | learning Spanish, practising speaking, reading foreign news | language school, airport, living room
coding | junior developer, coding teacher, startup founder, hobby coder | code editor, coding camp, code review, bug report, software test | software, open source code, test automation | writing code, fixing bugs, reviewing code | office, bedroom, computer lab
music | guitarist, music teacher, choir singer, young band | guitar, piano lesson, rehearsal room, drum kit, violin, concert ticket, song book | sheet music, live music, music theory | playing the piano, writing songs, rehearsing | studio, concert hall, garage
film | film maker, film fan, student director, actor | film club, camera lens, film script, cinema seat, short film | film editing, stage lighting, indie film | shooting films, editing videos, writing scripts | cinema, film set, editing room
photography | photographer, wedding couple, travel blogger | photo album, camera bag, photo frame, portrait studio, photo print | photo editing, portrait photography, film stock | taking photos, sorting pictures, printing photos | studio, city street, forest
art | painter, art collector, gallery owner, art student | gallery, paint brush, sketchbook, mural, sculpture, easel | oil paint, modern art, framing | painting, drawing, hanging pictures | gallery, studio, museum
pottery | potter, hobby artist, gift buyer | clay mug, pottery wheel, ceramic bowl, kiln, flower vase | clay, glaze, handmade pottery | throwing pots, glazing bowls, firing clay | workshop, craft market, studio
fashion | fashion student, shop assistant, style hunter, tailor | dress, denim jacket, wardrobe, raincoat, linen shirt, wedding dress, scarf | vintage clothing, second-hand fashion, knitwear | choosing outfits, sewing, sorting clothes | boutique, wardrobe, fashion school
shoes | walker, shoe maker, sneaker fan, hiker | running shoe, leather boot, sandal, shoe repair kit, slipper | shoe leather, shoe care, footwear | walking, repairing shoes, trying on shoes | shoe shop, workshop, trail
jewellery | bride, goldsmith, gift giver | silver ring, necklace, bracelet, watch, jewellery box | recycled gold, pearl jewellery, engraving | choosing rings, polishing silver, repairing watches | jewellery shop, workshop, market
beauty | beauty blogger, salon owner, skin care fan | hair salon, lipstick, face cream, make-up mirror, hair dryer, nail studio | natural soap, shampoo, skin care, perfume | cutting hair, mixing creams, booking a salon | salon, bathroom, spa
gardening | gardener, balcony owner, allotment holder, flower lover | balcony garden, flower pot, garden shed, watering can, rooftop garden, lawn mower, hanging basket | potting soil, garden waste, rain water, mulch | growing tomatoes, pruning roses, watering plants | garden, balcony, allotment
flowers | florist, flower grower, wedding planner | flower shop, bouquet, wreath, rose bush, seed packet | dried lavender, cut flowers, wildflower seed | arranging flowers, delivering bouquets, growing tulips | flower shop, greenhouse, market
pets | dog owner, cat lover, vet, pet sitter | dog collar, cat tree, pet door, dog walker, aquarium, bird house, dog bed | pet food, dog training, pet insurance | walking dogs, feeding cats, grooming pets | dog park, vet clinic, home
horses | rider, stable owner, riding teacher | saddle, stable, riding lesson, horse trailer | horse feed, riding gear, straw | riding, grooming horses, cleaning stables | stable, meadow, riding school
beekeeping | beekeeper, honey buyer, garden club | beehive, honey jar, bee suit, bee hotel | honey, beeswax, pollen | keeping bees, harvesting honey, planting flowers | orchard, rooftop, meadow
fishing | angler, fisherman, lake warden | fishing rod, fishing boat, tackle box, fish pond | bait, smoked fish, sustainable seafood | fishing, mending nets, selling fish | harbour, lake, fish market
forestry | forester, wood cutter, land owner | tree nursery, log cabin, forest trail, chain saw | firewood, timber, bark mulch | planting trees, thinning forests, splitting logs | forest, saw mill, mountain
hiking | hiker, mountain guide, scout group | hiking trail, backpack, mountain hut, tent, walking stick, trail map | trail food, camping gear, hiking safety | hiking, packing light, reading maps | mountain, national park, campsite
cycling | cyclist, bike commuter, bike mechanic, courier | bicycle, bike helmet, cargo bike, bike lock, bike light, repair stand, electric bike | bike repair, bike storage, cycling gear | cycling to work, repairing bikes, planning routes | city, bike lane, workshop
cars | car owner, mechanic, learner driver, taxi driver | electric car, charging station, used car, car wash, parking spot, car seat | car sharing, engine oil, car insurance | driving, parking, repairing cars | garage, city, motorway
public transport | commuter, bus driver, tourist, city planner | bus stop, train ticket, night bus, tram line, bus shelter | public transport, travel information, night travel | commuting, waiting for a bus, planning trips | station, suburb, city centre
travel | traveller, backpacker, family on holiday, tour guide | suitcase, travel guide, city tour, travel pillow, hostel, boat trip | travel insurance, slow travel, budget travel | packing bags, booking trips, exploring cities | airport, old town, beach
hotels | hotel owner, night porter, business traveller | hotel room, guest house, hotel lobby, room key, breakfast buffet | hotel laundry, room service, hospitality | checking in, cleaning rooms, welcoming guests | hotel, guest house, resort
boats | sailor, boat owner, harbour master | sailing boat, canoe, life jacket, boat engine, kayak | boat paint, sailing gear, mooring | sailing, rowing, cleaning hulls | harbour, river, lake
winter sports | skier, ski teacher, snowboarder | ski boot, sledge, snowboard, ski pass, ice rink | ski wax, avalanche safety, winter clothing | skiing, skating, waxing skis | mountain, ski resort, ice rink
football | young player, football coach, club member | football, training cone, goal net, football boot, fan scarf | team spirit, match analysis, youth football | training, coaching, watching matches | stadium, pitch, club house
swimming | swimmer, pool manager, swimming teacher | swimming pool, swim goggle, bathing suit, swim lesson | pool water, water safety, swimwear | swimming, teaching swimming, testing water | pool, lake, beach
books | reader, bookshop owner, librarian, author | bookshop, reading lamp, book club, audio book, library card, bookmark, bookcase | poetry, children's literature, fantasy fiction | reading, lending books, writing novels | library, bookshop, reading room
publishing | author, editor, local journalist | newspaper, magazine, newsletter, podcast, comic book | local news, self-publishing, proofreading | writing articles, editing texts, recording podcasts | newsroom, home office, cafe
housing | tenant, landlord, house hunter, flat sharer | apartment, front door, tiny house, house key, shared flat, rental contract | affordable housing, home insurance, moving help | moving house, finding a flat, paying rent | city, apartment block, suburb
cleaning | cleaner, busy family, office manager | vacuum cleaner, cleaning cloth, laundry basket, mop, washing machine | laundry, refillable soap, window cleaning | cleaning, ironing shirts, folding laundry | home, office, laundrette
furniture | carpenter, student, interior designer | wooden chair, sofa, desk, bookshelf, folding table, bed frame, dining table | furniture repair, upholstery, reclaimed wood | building furniture, furnishing a room, sanding wood | workshop, living room, loft
lighting | home owner, lighting designer, shop fitter | desk lamp, street light, lantern, light bulb, night light, candle | solar lighting, stage light, mood lighting | lighting rooms, changing bulbs, saving power | home, street, shop window
construction | builder, site manager, architect, plumber | building site, scaffold, crane, concrete mixer, safety helmet, brick wall | insulation, recycled concrete, site safety | building houses, planning sites, ordering materials | building site, new suburb, office
tools | handyman, hobby builder, tool maker | drill, hammer, tool box, workbench, ladder, hand saw | tool sharing, sharpening, workshop safety | repairing things, lending tools, drilling holes | workshop, garage, hardware store
solar power | home owner, solar installer, energy manager | solar panel, home battery, solar lamp, solar oven, solar charger | solar power, green energy, stored energy | installing panels, saving energy, reading meters | roof, village, factory
wind power | wind engineer, village council, energy buyer | wind turbine, rotor blade, wind farm | wind power, community energy, grid storage | inspecting blades, forecasting wind, sharing power | coast, hill, village
heating | home owner, heating engineer, tenant | heat pump, radiator, thermostat, wood stove, boiler | heating, district heat, warm water | heating rooms, reading meters, saving fuel | cellar, old house, apartment
water | household, water engineer, mayor | water bottle, rain barrel, water filter, drinking fountain, water meter | drinking water, waste water, rain water | saving water, testing water, fixing leaks | village, kitchen, dry region
recycling | waste collector, recycler, eco-minded family | recycling bin, compost heap, repair cafe, glass bottle, deposit machine | plastic waste, scrap metal, old paper, food waste | sorting waste, collecting bottles, repairing things | recycling yard, kitchen, school
packaging | online seller, packaging designer, warehouse worker | cardboard box, refill jar, shipping label, paper bag, lunch box | reusable packaging, plant foam, gift wrap | packing parcels, refilling jars, cutting waste | warehouse, shop, factory
logistics | warehouse manager, courier, truck driver | warehouse, delivery van, parcel locker, pallet, forklift, loading dock | freight, last mile delivery, cold storage | delivering parcels, loading trucks, planning routes | depot, city, harbour
retail | shop owner, window shopper, shop assistant | corner shop, shop window, gift card, price tag, pop-up store, loyalty card | retail training, window display, click and collect | selling goods, counting stock, greeting customers | high street, shopping centre, market hall
online shops | online seller, bargain hunter, crafts maker | online shop, product photo, return parcel, customer review | online advertising, customer service, order tracking | selling online, answering customers, shipping orders | home office, warehouse, spare room
banking | saver, bank clerk, young couple, small investor | savings account, piggy bank, bank card, budget planner | online banking, micro credit, budgeting | saving money, paying bills, planning budgets | bank, home, branch office
accounting | bookkeeper, freelancer, tax adviser | invoice, tax form, receipt, expense report | bookkeeping, tax advice, payroll | writing invoices, sorting receipts, filing taxes | office, home office, small firm
insurance | insurance broker, young family, claims handler | insurance policy, claim form, risk report | travel cover, crop insurance, claim handling | comparing policies, filing claims, checking risks | office, farm, home
law | lawyer, tenant, small firm, notary | contract, legal clinic, court form, patent | legal advice, mediation, contract review | reading contracts, settling disputes, filing patents | law office, court, town hall
human resources | recruiter, job seeker, team lead, trainee | job advert, interview, onboarding plan, mentor programme | staff training, team building, remote work | hiring people, leading teams, writing applications | office, job fair, factory
marketing | marketing manager, brand owner, copywriter | billboard, ad campaign, brand name, flyer, product launch | content marketing, market research, brand design | writing adverts, testing slogans, planning campaigns | agency, trade fair, office
events | event planner, wedding couple, stage technician | wedding, street festival, party tent, trade fair, birthday party | event catering, stage sound, ticketing | planning parties, selling tickets, inviting guests | concert hall, park, town square
charity | volunteer, donor, food bank manager | food bank, charity shop, donation box, village hall | fundraising, neighbourly help, donated clothing | collecting donations, helping neighbours, sharing meals | community centre, village, church hall
security | night guard, shop owner, home owner | door lock, alarm system, safe, security camera, key box | home security, night patrol, password safety | locking doors, guarding buildings, checking alarms | shop, office block, home
manufacturing | factory worker, plant manager, machine builder | assembly line, milling machine, robot arm, spare part, conveyor belt | quality control, machine oil, sheet metal | welding, maintaining machines, checking parts | factory, workshop, assembly hall
textiles | weaver, fabric dealer, designer | loom, blanket, carpet, curtain, tablecloth | wool, organic cotton, linen, dyed silk | weaving, dyeing cloth, knitting | mill, weaving studio, market
chemistry | lab technician, chemist, science teacher | test tube, lab notebook, safety cabinet, microscope | lab safety, plant dye, bioplastic | mixing samples, measuring samples, cleaning glassware | laboratory, school lab, factory
astronomy | stargazer, science teacher, observatory guide | telescope, star map, observatory, planetarium | stargazing, space education, dark skies | watching stars, mapping planets, teaching astronomy | observatory, hill, roof terrace
weather | farmer, sailor, weather fan | weather station, rain gauge, storm alarm, umbrella | weather data, frost warning, flood protection | forecasting rain, measuring wind, watching clouds | coast, farm, roof
drones | drone pilot, surveyor, film crew | drone, landing pad, drone camera, propeller | aerial photography, drone training, crop mapping | flying drones, mapping fields, inspecting roofs | field, building site, coast
robots | robot maker, engineering student, warehouse manager | robot, gripper, robot vacuum, sensor board | robotics, machine vision, robot maintenance | building robots, sorting parts, programming robots | lab, factory, school
games | gamer, game designer, chess player | video game, chess board, game night, card game, escape room, puzzle book | game design, pixel art, chess training | playing chess, designing levels, testing games | living room, game cafe, school club
phones | phone user, repair shop owner, grandparent | phone case, phone charger, second-hand phone, headphone | phone repair, mobile data, screen protection | repairing phones, charging phones, calling family | phone shop, train, home
smart homes | home owner, electrician, tinkerer | smart plug, door sensor, voice assistant, smart speaker | home automation, indoor climate, energy data | switching lights, saving power, checking doors | home, apartment, holiday cottage
museums | museum visitor, curator, school class | museum, audio guide, exhibition, museum shop | local history, art restoration, guided tours | visiting museums, guiding visitors, restoring pictures | museum, old town, castle
wine | wine grower, wine merchant, hobby cook | vineyard, wine bottle, wine cellar, tasting glass | wine, grape juice, wine education | tasting wine, pruning vines, pairing food | vineyard, cellar, wine bar
breweries | brewer, pub owner, beer fan | brewery, pub quiz, beer mug, brewing kit | craft beer, alcohol-free beer, malt | brewing beer, tapping kegs, hosting tastings | brewery, pub, beer garden
cheese | cheese maker, deli owner, goat farmer | cheese counter, goat farm, cheese board, milk churn | goat cheese, raw milk, vegan cheese | making cheese, ageing cheese, milking goats | dairy, deli, mountain farm
chocolate | chocolate maker, sweet tooth, gift buyer | chocolate bar, truffle, cocoa farm, sweet shop | dark chocolate, cocoa, caramel | tempering chocolate, filling pralines, wrapping gifts | chocolate shop, kitchen, market
ice cream | ice cream maker, family, beach visitor | ice cream van, waffle cone, frozen dessert, ice cream parlour | ice cream, fruit sorbet, frozen yoghurt | churning ice cream, cooling down, serving scoops | beach, parlour, park
breakfast | early riser, hotel cook, student | breakfast bar, cereal bowl, pancake pan, egg cup | granola, porridge, fruit jam, orange juice | making breakfast, frying eggs, spreading jam | kitchen, canteen, hostel
offices | office worker, team lead, freelancer, receptionist | standing desk, meeting room, office chair, whiteboard, coworking space | office supplies, desk sharing, team lunch | holding meetings, writing reports, planning projects | office, coworking space, home office
meetings | project manager, remote team, team lead | meeting note, agenda, stand-up meeting, calendar | time tracking, remote teamwork, meeting culture | planning meetings, writing notes, sharing decisions | office, video call, conference room
science | researcher, lab manager, science fan | research paper, lab sensor, science kit, data set | citizen science, research data, peer review | reading papers, collecting data, running experiments | laboratory, university, school
crafts | knitter, crafts maker, gift buyer | knitting kit, craft market, sewing machine, candle mould, quilt | yarn, handmade soap, felt | knitting, sewing, making candles | craft room, market stall, living room
neighbourhoods | neighbour, tenant, community worker | street party, notice board, community garden, tool library | neighbourly help, lost property, local trade | helping neighbours, sharing tools, meeting neighbours | street, courtyard, apartment block
accessibility | wheelchair user, blind traveller, deaf student | wheelchair ramp, hearing aid, braille label, step-free route | sign language, audio description, accessible travel | finding lifts, reading signs, crossing streets | station, museum, city
""".strip()


@dataclass(frozen=True)
class Sector:
    name: str
    people: tuple[str, ...]
    things: tuple[str, ...]
    stuff: tuple[str, ...]
    activities: tuple[str, ...]
    places: tuple[str, ...]


def parse(line: str) -> Sector:
    name, *lists = (part.strip() for part in line.split(" | "))
    return Sector(name, *(tuple(word.strip() for word in words.split(",")) for words in lists))


SECTORS = tuple(parse(line) for line in TABLE.splitlines())
