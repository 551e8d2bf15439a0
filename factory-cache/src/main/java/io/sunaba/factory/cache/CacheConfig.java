package io.sunaba.factory.cache;

import static java.util.Objects.requireNonNull;

import io.sunaba.error.RejectedException;
import java.time.Duration;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// The configuration, valid as a whole.
///
/// @param base the name of another VM factory
/// @param agent the name of an agent plugin
/// @param size how many machines of each class are kept
/// @param memoryBytes how much memory all of them may have
/// @param expiry how long a machine waits, and a class is kept that nobody asks for
record CacheConfig(String base, String agent, int size, long memoryBytes, Duration expiry) {
    static final int LARGEST_SIZE = 1000;

    private static final Pattern MEMORY = Pattern.compile("(\\d{1,9})([KMG]?)");
    private static final Pattern EXPIRY = Pattern.compile("(\\d{1,6})([smh])");

    CacheConfig {
        requireNonNull(base, "base is null");
        requireNonNull(agent, "agent is null");
        requireNonNull(expiry, "expiry is null");
        require(
                !base.isBlank() && !base.equals(CacheFactory.CACHE),
                "base",
                base,
                "the name of another VM factory");
        require(!agent.isBlank(), "agent", agent, "the name of an agent plugin");
        require(
                size >= 0 && size <= LARGEST_SIZE,
                "size",
                size,
                "a number from 0 to " + LARGEST_SIZE);
        require(memoryBytes >= 1, "memory", memoryBytes, "at least 1");
        require(expiry.isPositive(), "expiry", expiry, "more than 0");
    }

    static CacheConfig of(CacheSettings settings) {
        return new CacheConfig(
                settings.base().strip(),
                settings.agent().strip(),
                settings.size(),
                bytes(settings.memory()),
                duration(settings.expiry()));
    }

    private static long bytes(String text) {
        Matcher matcher = MEMORY.matcher(text.strip());
        require(matcher.matches(), "memory", text, "a number of bytes, or one with K, M or G");
        int shift =
                switch (matcher.group(2)) {
                    case "K" -> 10;
                    case "M" -> 20;
                    case "G" -> 30;
                    default -> 0;
                };
        return Long.parseLong(matcher.group(1)) << shift;
    }

    private static Duration duration(String text) {
        Matcher matcher = EXPIRY.matcher(text.strip());
        require(matcher.matches(), "expiry", text, "a number with s, m or h");
        long number = Long.parseLong(matcher.group(1));
        return switch (matcher.group(2)) {
            case "s" -> Duration.ofSeconds(number);
            case "m" -> Duration.ofMinutes(number);
            default -> Duration.ofHours(number);
        };
    }

    private static void require(boolean kept, String key, Object value, String rule) {
        if (!kept) {
            throw new RejectedException(
                    "%s: %s is '%s': it must be %s".formatted(CacheFactory.PID, key, value, rule));
        }
    }
}
