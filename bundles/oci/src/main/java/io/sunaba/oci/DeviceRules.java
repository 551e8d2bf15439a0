package io.sunaba.oci;

import java.util.List;
import org.jspecify.annotations.Nullable;

/// The property `linux.resources.devices`. A container may use the usual devices and no others:
/// rules that say that, or part of it, are kept by everybody.
final class DeviceRules {
    private static final String CHARACTER = "c";
    private static final String BLOCK = "b";

    /// @param type `c` or `b`; `a` or nothing is any
    /// @param major null is any
    /// @param minor null is any
    private record Rule(String type, @Nullable Long major, @Nullable Long minor, String access) {
        boolean covers(Rule other) {
            return type.equals(other.type)
                    && (major == null || major.equals(other.major))
                    && (minor == null || minor.equals(other.minor))
                    && other.access.chars().allMatch(each -> access.indexOf(each) >= 0);
        }

        boolean isAboutAll() {
            return major == null && minor == null && !type.equals(CHARACTER) && !type.equals(BLOCK);
        }

        boolean deniesSomeOf(Rule other) {
            return (isAboutAll() || type.equals(other.type))
                    && (major == null || other.major == null || major.equals(other.major))
                    && (minor == null || other.minor == null || minor.equals(other.minor));
        }

        @Override
        public String toString() {
            return "%s %s:%s %s".formatted(type, shown(major), shown(minor), access);
        }

        private static String shown(@Nullable Long number) {
            return number == null ? "*" : number.toString();
        }
    }

    /// What the guest's runtime allows every container (source: crun): making device files, null,
    /// zero, full, random, urandom, tty, console, ptmx, terminals, and tun.
    private static final List<Rule> USUAL =
            List.of(
                    new Rule(CHARACTER, null, null, "m"),
                    new Rule(BLOCK, null, null, "m"),
                    new Rule(CHARACTER, 1L, 3L, "rwm"),
                    new Rule(CHARACTER, 1L, 5L, "rwm"),
                    new Rule(CHARACTER, 1L, 7L, "rwm"),
                    new Rule(CHARACTER, 1L, 8L, "rwm"),
                    new Rule(CHARACTER, 1L, 9L, "rwm"),
                    new Rule(CHARACTER, 5L, 0L, "rwm"),
                    new Rule(CHARACTER, 5L, 1L, "rwm"),
                    new Rule(CHARACTER, 5L, 2L, "rwm"),
                    new Rule(CHARACTER, 136L, null, "rwm"),
                    new Rule(CHARACTER, 10L, 200L, "rwm"));

    private DeviceRules() {}

    /// Making device files is of no use without the devices.
    private static boolean deniesUsual(Rule rule) {
        return USUAL.stream().filter(usual -> usual.major() != null).anyMatch(rule::deniesSomeOf);
    }

    static void check(Property rules) {
        for (Property property : rules.items()) {
            property.allow("allow", "type", "major", "minor", "access");
            Rule rule =
                    new Rule(
                            property.member("type").text("a"),
                            number(property.member("major")),
                            number(property.member("minor")),
                            property.member("access").text("rwm"));
            boolean allow = property.member("allow").flag();
            boolean kept =
                    allow
                            ? USUAL.stream().anyMatch(usual -> usual.covers(rule))
                            : rule.isAboutAll() || !deniesUsual(rule);
            if (!kept) {
                throw property.notSupported("(%s %s)".formatted(allow ? "allow" : "deny", rule));
            }
        }
    }

    /// Any number is written as -1 by some.
    private static @Nullable Long number(Property number) {
        Long value = number.number(-1, Integer.MAX_VALUE);
        return value == null || value < 0 ? null : value;
    }
}
