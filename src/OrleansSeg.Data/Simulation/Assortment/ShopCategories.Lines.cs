namespace OrleansSeg.Data.Simulation.Assortment;

internal static partial class ShopCategories
{
    private const string KitchenLines = """
        mixing bowl: Stoneware, Enamelled, Stainless steel
        chopping board: Oak, Beech, Bamboo
        casserole: Cast iron, Ceramic, Copper-bottomed
        teapot: Porcelain, Glass, Japanese iron
        mug: Speckled stoneware, Bone china, Blue-rimmed enamel
        bread knife: Walnut-handled, Forged steel, Serrated
        storage jar: Clip-top glass, Cork-lidded, Airtight ceramic
        coffee press: Three-cup, Eight-cup, Double-walled
        rolling pin: Maple, Marble, French tapered
        tea towel: Striped linen, Botanical print, Waffle cotton
        frying pan: Carbon steel, Non-stick, Ribbed cast iron
        spice rack: Wall-mounted, Revolving, Magnetic
        """;

    private const string DecorLines = """
        candle holder: Brass, Mercury glass, Wrought iron
        scented candle: Fig and cedar, Sea salt, Orange and clove
        cushion cover: Velvet, Block-printed, Chunky knit
        picture frame: Gilt, Reclaimed wood, Slim black
        vase: Fluted glass, Terracotta, Hand-thrown
        wall clock: Station, Sunburst, Driftwood
        throw: Lambswool, Herringbone, Waffle-weave
        fairy lights: Warm white, Star-shaped, Copper wire
        doormat: Coir, Welcome, Half-moon
        mirror: Arched, Rattan-rimmed, Porthole
        storage basket: Seagrass, Felt, Lidded wicker
        paper garland: Snowflake, Leaf, Rainbow
        """;

    private const string GardenLines = """
        plant pot: Glazed, Terracotta, Zinc
        hand trowel: Ash-handled, Copper, Stainless
        secateurs: Bypass, Anvil, Pocket
        watering can: Galvanised, Long-spouted, Indoor brass
        seed collection: Wildflower, Kitchen herb, Salad leaf
        bird feeder: Hanging glass, Squirrel-proof, Window
        garden twine: Jute, Tarred, Green cotton
        kneeling pad: Memory foam, Waxed canvas, Tweed
        solar lantern: Moroccan, Bee-shaped, Hanging jar
        raised bed: Larch, Corten steel, Fold-away
        hose reel: Wall-mounted, Trolley, Retractable
        gardening gloves: Leather, Thornproof, Bamboo-lined
        """;

    private const string ClothingLines = """
        jumper: Lambswool, Fisherman's rib, Merino roll-neck
        scarf: Cashmere-blend, Tartan, Silk-print
        rain jacket: Waxed, Packable, Yellow
        shirt: Oxford, Linen, Brushed flannel
        dress: Tea, Wrap, Corduroy pinafore
        socks: Walking, Fair Isle, Bamboo
        beanie: Ribbed, Bobble, Alpaca
        apron: Denim, Cross-back, Ticking stripe
        pyjamas: Brushed cotton, Star-print, Piped satin
        slippers: Sheepskin, Felt, Moccasin
        cardigan: Cable-knit, Shawl-collar, Cropped
        tote bag: Organic cotton, Waxed canvas, Leather-trimmed
        """;

    private const string ToyLines = """
        building blocks: Beech, Rainbow, Castle
        jigsaw puzzle: World map, Woodland, Thousand-piece harbour
        board game: Railway, Pirate, Cooperative rescue
        train set: Wooden, Clockwork, Figure-of-eight
        soft toy: Fox, Elephant, Sleepy bear
        card game: Memory, Trick-taking, Animal snap
        doll's house: Georgian, Fold-up, Treetop
        kite: Delta, Dragon, Stunt
        craft kit: Pompom, Candle-making, Friendship bracelet
        science set: Crystal-growing, Volcano, Electric circuit
        marble run: Wooden, Glow-in-the-dark, Giant
        skipping rope: Hemp, Striped, Counting
        """;

    private const string StationeryLines = """
        notebook: Dotted, Cloth-bound, Pocket
        fountain pen: Brass, Matt black, Beginner's
        greeting cards: Letterpress, Botanical, Birthday
        wrapping paper: Recycled, Gold star, Brown kraft
        ink bottle: Midnight blue, Sepia, Forest green
        pencil set: Graphite, Watercolour, Pastel
        desk diary: Week-to-view, Page-a-day, Academic
        washi tape: Floral, Striped, Gingham
        letter rack: Oak, Wire, Enamel
        sketchbook: Hardback, Spiral-bound, Landscape
        sealing wax kit: Burgundy, Gold, Botanical
        gel pens: Fine-line, Metallic, Pastel
        """;

    private const string BathLines = """
        hand cream: Almond, Rose, Unscented
        soap bar: Oatmeal, Lavender, Charcoal
        bath salts: Eucalyptus, Himalayan, Rose petal
        shampoo bar: Nettle, Coconut, Rosemary
        body lotion: Shea, Aloe, Cocoa butter
        lip balm: Beeswax, Mint, Tinted
        bath towel: Turkish, Waffle, Egyptian cotton
        face mask: Clay, Honey, Overnight
        reed diffuser: Linen, Sandalwood, Bergamot
        shaving set: Badger-free, Travel, Safety razor
        bath brush: Beech, Long-handled, Sisal
        hand wash: Basil, Sea kelp, Grapefruit
        """;

    private const string FoodLines = """
        chutney: Apple and ginger, Fig, Green tomato
        honey: Heather, Wildflower, Raw comb
        dark chocolate: Sea salt, Hazelnut, Single-estate
        loose-leaf tea: Earl Grey, Smoky, Breakfast
        coffee beans: Ethiopian, Decaffeinated, House espresso
        shortbread: All-butter, Lemon, Stem ginger
        olive oil: Sicilian, Chilli-infused, Early-harvest
        marmalade: Seville, Whisky, Pink grapefruit
        spice blend: Ras el hanout, Smoked paprika, Garam masala
        cordial: Elderflower, Rhubarb, Blackcurrant
        nut mix: Smoked, Honey-roasted, Chilli
        fudge: Clotted cream, Salted caramel, Vanilla
        """;

    private const string ElectronicsLines = """
        desk lamp: Clamp-on, Dimmable, Banker's
        bluetooth speaker: Pocket, Waterproof, Walnut
        headphones: Wireless, Noise-cancelling, Folding
        digital radio: Retro, Bedside, Kitchen
        kitchen scale: Glass, Rechargeable, Coffee
        power bank: Slim, Solar, Fast-charging
        alarm clock: Sunrise, Projection, Travel
        record player: Suitcase, Belt-drive, Bookshelf
        instant camera: Pocket, Wide-format, Printing
        weather station: Wireless, Wall-mounted, Barometer
        charging cable: Braided, Magnetic, Three-way
        smart plug: Energy-monitoring, Outdoor, Twin pack
        """;

    private const string OutdoorLines = """
        tent: Two-person, Tunnel, Pop-up
        sleeping bag: Three-season, Down, Children's
        water bottle: Insulated, Collapsible, Steel
        rucksack: Day, Roll-top, Fifty-litre
        camping stove: Gas, Wood-burning, Folding
        head torch: Rechargeable, Red-light, Running
        yoga mat: Cork, Travel, Extra-thick
        walking poles: Carbon, Folding, Cork-grip
        picnic blanket: Waterproof, Tartan, Recycled wool
        bicycle light: Front, Helmet, Rear
        dry bag: Ten-litre, Waist, Phone
        swim towel: Microfibre, Hooded, Quick-dry
        """;
}
