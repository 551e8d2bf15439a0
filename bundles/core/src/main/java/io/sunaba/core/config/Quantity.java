package io.sunaba.core.config;

import io.sunaba.error.RejectedException;
import java.time.Duration;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// Sizes and durations as people write them.
final class Quantity {
    private static final Pattern SIZE = Pattern.compile("(\\d{1,15})([KMG]?)");
    private static final Pattern DURATION = Pattern.compile("(\\d{1,9})(ms|s|m)");

    private Quantity() {}

    static long bytes(String key, String text) {
        Matcher matcher = SIZE.matcher(text.strip());
        if (matcher.matches()) {
            try {
                return Math.multiplyExact(
                        Long.parseLong(matcher.group(1)),
                        switch (matcher.group(2)) {
                            case "K" -> 1L << 10;
                            case "M" -> 1L << 20;
                            case "G" -> 1L << 30;
                            default -> 1L;
                        });
            } catch (ArithmeticException _) {
                // Falls through: more than any host has.
            }
        }
        throw new RejectedException(
                key + " is '" + text + "': it must be a number of bytes, or one with K, M or G");
    }

    static Duration duration(String key, String text) {
        Matcher matcher = DURATION.matcher(text.strip());
        if (!matcher.matches()) {
            throw new RejectedException(
                    key + " is '" + text + "': it must be a number with ms, s or m");
        }
        long value = Long.parseLong(matcher.group(1));
        return switch (matcher.group(2)) {
            case "ms" -> Duration.ofMillis(value);
            case "s" -> Duration.ofSeconds(value);
            default -> Duration.ofMinutes(value);
        };
    }
}
