package io.sunaba.shell.sandbox;

import java.util.concurrent.ThreadLocalRandom;

/// Makes up ids that people can read, type and tell apart.
final class SandboxName {
    private static final String[] QUALITIES = {
        "brave", "bright", "calm", "clear", "cosy", "deep", "early", "fair", "fresh", "gentle",
        "golden", "green", "happy", "keen", "light", "lucky", "merry", "neat", "proud", "quick",
        "quiet", "rapid", "ready", "silver", "smooth", "snug", "soft", "steady", "swift", "warm",
        "wide", "wise"
    };
    private static final String[] THINGS = {
        "anchor", "basin", "bay", "beach", "boat", "bridge", "bucket", "castle", "clam", "coast",
        "coral", "crab", "dune", "ferry", "gull", "harbor", "island", "kite", "lagoon", "oasis",
        "palm", "pebble", "pier", "reef", "rock", "sail", "shell", "shore", "shovel", "spade",
        "tide", "wave"
    };

    private SandboxName() {}

    static String random() {
        ThreadLocalRandom random = ThreadLocalRandom.current();
        return "%s-%s-%04x"
                .formatted(
                        QUALITIES[random.nextInt(QUALITIES.length)],
                        THINGS[random.nextInt(THINGS.length)],
                        random.nextInt(1 << 16));
    }
}
