package io.sunaba.metrics.prometheus;

import static java.util.Objects.requireNonNull;

import io.sunaba.error.RejectedException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// Whether and where metrics are served.
///
/// @param enabled whether they are
/// @param address where to listen
/// @param scrapeTimeout how long a sandbox may take to answer
record MetricsConfig(boolean enabled, InetSocketAddress address, Duration scrapeTimeout) {
    static final String PID = "io.sunaba.metrics";

    private static final int LAST_PORT = 65_535;
    private static final Pattern DURATION = Pattern.compile("([1-9]\\d{0,5})\\s*(ms|s|m)");

    MetricsConfig {
        requireNonNull(address, "address is null");
        requireNonNull(scrapeTimeout, "scrapeTimeout is null");
    }

    /// @throws RejectedException if a value breaks a rule; the message names both
    static MetricsConfig of(MetricsSettings settings) {
        return new MetricsConfig(
                enabled(settings.enabled().strip()),
                new InetSocketAddress(
                        address(settings.address().strip()), port(settings.port().strip())),
                duration(settings.scrape_timeout().strip()));
    }

    private static boolean enabled(String text) {
        return switch (text) {
            case "true" -> true;
            case "false" -> false;
            default -> throw rejected("enabled", text, "true or false");
        };
    }

    private static InetAddress address(String text) {
        InetAddress address;
        try {
            address = InetAddress.ofLiteral(text);
        } catch (IllegalArgumentException _) {
            throw rejected("address", text, "an IP address, such as 127.0.0.1");
        }
        // Whoever reaches it may read.
        if (!address.isLoopbackAddress()) {
            throw rejected("address", text, "one of the loopback interface");
        }
        return address;
    }

    private static int port(String text) {
        try {
            int port = Integer.parseInt(text);
            if (port >= 1 && port <= LAST_PORT) {
                return port;
            }
        } catch (NumberFormatException _) {
            // Told below.
        }
        throw rejected("port", text, "a number from 1 to " + LAST_PORT);
    }

    private static Duration duration(String text) {
        Matcher matcher = DURATION.matcher(text);
        if (!matcher.matches()) {
            throw rejected("scrape.timeout", text, "a number with ms, s or m, such as 5s");
        }
        long number = Long.parseLong(matcher.group(1));
        return switch (matcher.group(2)) {
            case "ms" -> Duration.ofMillis(number);
            case "s" -> Duration.ofSeconds(number);
            default -> Duration.ofMinutes(number);
        };
    }

    private static RejectedException rejected(String property, String value, String rule) {
        return new RejectedException(
                "%s: %s is '%s': it must be %s".formatted(PID, property, value, rule));
    }
}
