package io.sunaba.etc;

import static java.util.Objects.requireNonNull;

import java.util.List;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/// What a property may be.
///
/// @param type the Metatype's name of its type, such as `Integer`
/// @param required whether it must be set
/// @param several whether it is a list, with commas
/// @param pattern a regular expression for text, or null
/// @param rule what the pattern means, in words, or null
/// @param options the values there are, or none if there are others
/// @param minimum the least number, or null
/// @param maximum the greatest number, or null
record Property(
        String name,
        String type,
        boolean required,
        boolean several,
        @Nullable Pattern pattern,
        @Nullable String rule,
        List<String> options,
        @Nullable Long minimum,
        @Nullable Long maximum) {
    Property {
        requireNonNull(name, "name is null");
        requireNonNull(type, "type is null");
        options = List.copyOf(options);
    }

    /// Returns which rule a value breaks, or null if it is allowed.
    @Nullable String broken(String value) {
        if (!several) {
            return allows(value.strip()) ? null : rules();
        }
        for (String part : value.split(",", -1)) {
            if (!value.isBlank() && !allows(part.strip())) {
                return rules() + ", or several with commas";
            }
        }
        return null;
    }

    private boolean allows(String value) {
        if (!options.isEmpty()) {
            return options.contains(value);
        }
        return switch (type) {
            case "Integer" -> number(value, Integer.MIN_VALUE, Integer.MAX_VALUE);
            case "Long" -> number(value, Long.MIN_VALUE, Long.MAX_VALUE);
            case "Short" -> number(value, Short.MIN_VALUE, Short.MAX_VALUE);
            case "Byte" -> number(value, Byte.MIN_VALUE, Byte.MAX_VALUE);
            case "Boolean" -> value.equals("true") || value.equals("false");
            default -> pattern == null || pattern.matcher(value).matches();
        };
    }

    private boolean number(String value, long least, long greatest) {
        try {
            long number = Long.parseLong(value);
            return number >= Math.max(least, minimum == null ? least : minimum)
                    && number <= Math.min(greatest, maximum == null ? greatest : maximum);
        } catch (NumberFormatException _) {
            return false;
        }
    }

    private String rules() {
        if (!options.isEmpty()) {
            return String.join(" or ", options);
        }
        if (rule != null) {
            return rule;
        }
        return switch (type) {
            case "Boolean" -> "true or false";
            case "Integer", "Long", "Short", "Byte" -> "a whole number" + bounds();
            default -> "like " + pattern;
        };
    }

    private String bounds() {
        if (minimum != null && maximum != null) {
            return " from " + minimum + " to " + maximum;
        }
        return minimum != null
                ? " of at least " + minimum
                : maximum != null ? " of at most " + maximum : "";
    }
}
