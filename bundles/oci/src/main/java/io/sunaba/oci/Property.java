package io.sunaba.oci;

import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonNull;
import com.google.gson.JsonObject;
import com.google.gson.JsonPrimitive;
import io.sunaba.error.RejectedException;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// A property of a configuration, there or not, that knows its name: whatever is wrong with it is
/// said with that.
///
/// @param file the file it is in
/// @param name its full name, such as `linux.resources.devices[0].access`
/// @param value its value; JSON's null if it is not there
record Property(Path file, String name, JsonElement value) {
    private static final BigInteger MAXIMUM_UNSIGNED =
            BigInteger.TWO.pow(64).subtract(BigInteger.ONE);
    private static final int SHOWN = 80;

    static Property root(Path file, JsonElement value) {
        Property root = new Property(file, "", value);
        if (!value.isJsonObject()) {
            throw new RejectedException(file + " is no JSON object");
        }
        return root;
    }

    /// Tells whether it means nothing: it is not there, or null, empty, zero or false all through.
    boolean isEmpty() {
        return isEmpty(value);
    }

    private static boolean isEmpty(JsonElement value) {
        return switch (value) {
            case JsonNull _ -> true;
            case JsonArray array -> array.isEmpty();
            case JsonObject object -> object.asMap().values().stream().allMatch(Property::isEmpty);
            case JsonPrimitive primitive ->
                    primitive.isString()
                            ? primitive.getAsString().isEmpty()
                            : primitive.isBoolean()
                                    ? !primitive.getAsBoolean()
                                    : primitive.getAsBigDecimal().signum() == 0;
            default -> throw new IllegalStateException("no such JSON: " + value);
        };
    }

    /// Returns a member of an object; of what is not there, one that is not there either.
    Property member(String member) {
        String memberName = name.isEmpty() ? member : name + "." + member;
        if (value.isJsonNull()) {
            return new Property(file, memberName, JsonNull.INSTANCE);
        }
        JsonElement found = object().get(member);
        return new Property(file, memberName, found == null ? JsonNull.INSTANCE : found);
    }

    /// Returns a member that has to be there.
    Property require(String member) {
        Property found = member(member);
        if (found.value.isJsonNull()) {
            throw found.wrong("is missing");
        }
        return found;
    }

    /// Refuses members other than these, unless they are empty.
    Property allow(String... known) {
        if (!value.isJsonNull()) {
            Set<String> names = Set.of(known);
            for (String member : object().keySet()) {
                if (!names.contains(member)) {
                    member(member).refuse();
                }
            }
        }
        return this;
    }

    /// Refuses this property, unless it is empty.
    void refuse() {
        if (!isEmpty()) {
            throw notSupported();
        }
    }

    RejectedException notSupported() {
        return wrong("is not supported");
    }

    RejectedException notSupported(String what) {
        return wrong(what + " is not supported");
    }

    /// @param problem what follows the name
    RejectedException wrong(String problem) {
        return new RejectedException("%s: %s %s".formatted(file, name, problem));
    }

    /// @param rule what the value must be
    RejectedException mustBe(String rule) {
        if (value.isJsonNull()) {
            return wrong("is missing: it must be " + rule);
        }
        String shown = value.toString().replaceAll("\\p{Cntrl}", "?");
        if (shown.length() > SHOWN) {
            shown = shown.substring(0, SHOWN) + "...";
        }
        return wrong("is %s: it must be %s".formatted(shown, rule));
    }

    private JsonObject object() {
        if (!value.isJsonObject()) {
            throw mustBe("an object");
        }
        return value.getAsJsonObject();
    }

    /// Returns the elements of a list.
    List<Property> items() {
        if (value.isJsonNull()) {
            return List.of();
        }
        if (!value.isJsonArray()) {
            throw mustBe("a list");
        }
        List<Property> items = new ArrayList<>();
        for (JsonElement element : value.getAsJsonArray()) {
            items.add(new Property(file, name + "[" + items.size() + "]", element));
        }
        return items;
    }

    String requireText() {
        if (!(value instanceof JsonPrimitive primitive)
                || !primitive.isString()
                || primitive.getAsString().isEmpty()) {
            throw mustBe("a text");
        }
        return primitive.getAsString();
    }

    /// @param absent what is returned if it is not there
    String text(String absent) {
        if (value.isJsonNull()) {
            return absent;
        }
        if (!(value instanceof JsonPrimitive primitive) || !primitive.isString()) {
            throw mustBe("a text");
        }
        return primitive.getAsString();
    }

    List<String> texts() {
        return items().stream()
                .map(item -> item.value.isJsonNull() ? item.requireText() : item.text(""))
                .toList();
    }

    Map<String, String> textsByName() {
        Map<String, String> texts = new LinkedHashMap<>();
        if (!value.isJsonNull()) {
            for (String member : object().keySet()) {
                texts.put(member, member(member).text(""));
            }
        }
        return texts;
    }

    boolean flag() {
        if (value.isJsonNull()) {
            return false;
        }
        if (!(value instanceof JsonPrimitive primitive) || !primitive.isBoolean()) {
            throw mustBe("true or false");
        }
        return primitive.getAsBoolean();
    }

    /// Returns a whole number, or null if it is not there.
    @Nullable Long number(long least, long most) {
        if (value.isJsonNull()) {
            return null;
        }
        BigInteger number = whole();
        if (number == null
                || number.compareTo(BigInteger.valueOf(least)) < 0
                || number.compareTo(BigInteger.valueOf(most)) > 0) {
            throw mustBe("a whole number from %d to %d".formatted(least, most));
        }
        return number.longValue();
    }

    long requireNumber(long least, long most) {
        Long number = number(least, most);
        if (number == null) {
            throw mustBe("a whole number from %d to %d".formatted(least, most));
        }
        return number;
    }

    /// Returns a number of 64 bits without a sign.
    long requireUnsigned() {
        BigInteger number = value.isJsonNull() ? null : whole();
        if (number == null || number.signum() < 0 || number.compareTo(MAXIMUM_UNSIGNED) > 0) {
            throw mustBe("a whole number from 0 to " + MAXIMUM_UNSIGNED);
        }
        return number.longValue();
    }

    private @Nullable BigInteger whole() {
        if (!(value instanceof JsonPrimitive primitive) || !primitive.isNumber()) {
            return null;
        }
        try {
            BigDecimal number = primitive.getAsBigDecimal();
            // Digits are written out below: 1e999999999 must not be.
            return number.scale() < -20 ? null : number.toBigIntegerExact();
        } catch (ArithmeticException | NumberFormatException e) {
            return null;
        }
    }
}
