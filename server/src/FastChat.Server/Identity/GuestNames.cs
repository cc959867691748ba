using System.Security.Cryptography;

namespace FastChat.Server.Identity;

/// <summary>Friendly names for those who bring none: an adjective and an animal, for example <c>Brave Otter</c>.</summary>
internal static class GuestNames
{
    private static readonly string[] Adjectives = Words(
        """
        Able Agile Airy Amber Ample Ancient Apt Arctic Artful Autumn Azure Balmy Blithe Bold Bouncy Brave Breezy Bright Brisk
        Bronze Bubbly Calm Candid Caring Charming Cheerful Cheery Clear Clever Coastal Copper Coral Cosmic Cozy Crafty Crimson
        Crisp Curious Dainty Dapper Daring Dashing Dazzling Deft Devoted Dreamy Eager Early Earnest Elegant Emerald Epic
        Fabled Fair Faithful Famous Fancy Fearless Festive Fleet Fluffy Fond Frank Free Fresh Friendly Frosty Gallant Gentle
        Giddy Gifted Glad Gleaming Glossy Golden Graceful Grand Grateful Happy Hardy Hearty Helpful Honest Hopeful Humble
        Indigo Ivory Jade Jaunty Jolly Jovial Joyful Keen Kind Lively Lofty Loyal Lucid Lucky Lunar Mellow Merry Mighty Mindful
        Misty Modest Mossy Nifty Nimble Noble Northern Olive Opal Open Patient Peaceful Perky Playful Plucky Polite Proud Quick
        Quiet Quirky Radiant Rapid Ready Regal Robust Rosy Royal Ruby Rustic Scarlet Serene Sharp Shiny Silent Silver Sincere
        Snappy Snowy Snug Solar Sparkly Spirited Spring Sprightly Stellar Still Sturdy Summer Sunny Sure Swift Tender Thrifty
        Tidy Timely Tranquil Trusty Upbeat Valiant Velvet Violet Vivid Warm Wandering Wise Witty Woodland Zesty
        """);

    private static readonly string[] Animals = Words(
        """
        Albatross Alpaca Antelope Armadillo Badger Beaver Bison Bluebird Bobcat Buffalo Bumblebee Bunny Butterfly Camel Canary
        Capybara Caribou Cheetah Chickadee Chinchilla Chipmunk Cormorant Cougar Crane Cricket Curlew Deer Dingo Dolphin
        Dormouse Dove Dragonfly Duckling Eagle Egret Elk Ermine Falcon Fawn Ferret Finch Firefly Flamingo Fox Gazelle Gecko
        Gibbon Giraffe Goldfinch Goose Grasshopper Grouse Hare Hawk Hedgehog Heron Hornbill Hummingbird Ibex Ibis Iguana
        Impala Jackdaw Jaguar Jay Jellyfish Kangaroo Kestrel Kingfisher Kiwi Koala Ladybird Lark Lemming Lemur Leopard Lion
        Llama Lynx Macaw Magpie Manatee Marmot Marten Meerkat Mongoose Moose Narwhal Newt Nightingale Ocelot Octopus Okapi
        Oriole Osprey Otter Owl Panda Panther Parrot Partridge Pelican Penguin Pheasant Pika Platypus Plover Pony Porcupine
        Porpoise Puffin Puma Quail Quokka Rabbit Raccoon Raven Reindeer Robin Salamander Sandpiper Seahorse Seal Sparrow
        Squirrel Starling Stork Swallow Swan Tapir Tern Thrush Tiger Toucan Turtle Walrus Warbler Wombat Woodpecker Wren Zebra
        """);

    /// <summary>How many different names there are.</summary>
    public static int Count => Adjectives.Length * Animals.Length;

    /// <summary>A name at random; two guests may well have the same.</summary>
    public static DisplayName Next()
    {
        var number = RandomNumberGenerator.GetInt32(Count);
        return DisplayName.Trusted($"{Adjectives[number / Animals.Length]} {Animals[number % Animals.Length]}");
    }

    private static string[] Words(string text) =>
        text.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries);
}
