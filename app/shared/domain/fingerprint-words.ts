/** 256 short, distinct English nouns: one byte of a fingerprint each. Never reorder: people compare them by voice. */
export const WORDS: readonly string[] = `
acorn actor album alley amber angel ankle apple apron arena armor arrow aspen atlas attic autumn
bacon badge bagel baker bamboo banjo barley basil basket beacon beaver bell berry birch bishop
bison blanket blossom bonus bottle boulder bracket breeze brick bridge bronze brush bubble
bucket buffalo bugle butter cabin cable cactus camel camera canal candle canoe canyon carbon
cargo carpet carrot castle cedar cello cherry chess chimney cider cinema circle citrus clay
clover coast cobalt coconut coffee comet copper coral cotton cradle crater cricket crystal
cushion dagger dahlia daisy dancer delta denim desert diamond dinner dolphin domino donkey
dragon drawer drum eagle easel echo eclipse elbow elephant ember engine envelope falcon feather
fender fern fiddle finger flag flamingo flute forest fossil fountain fox freckle frost funnel
galaxy garden garlic gazelle ginger giraffe glacier globe goblet gondola grape gravel guitar
hammer harbor harvest hazel helmet heron hickory honey hornet icicle igloo indigo island ivory
jacket jaguar jasmine jelly jungle juniper kayak kernel kettle kitten koala ladder lagoon
lantern laurel lava lemon lentil lily linen lizard lobster lotus lumber magnet mango maple
marble meadow melon mercury mirror mitten monkey mosaic mountain muffin mustard napkin nectar
needle nickel noodle nutmeg oasis ocean olive onion orbit orchid otter oyster paddle panda paper
parrot peach pebble pencil pepper piano pigeon pillow pilot pixel planet plum pocket pony poplar
potato prism pumpkin puzzle quartz quilt rabbit radish raven ribbon river robin rocket saddle
saffron salmon sandal sardine scarf shadow silver spider sponge squirrel stable sugar sunset
tiger timber tunnel velvet violin walnut
`
  .trim()
  .split(/\s+/);
