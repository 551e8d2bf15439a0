package io.sunaba.hypervisor.clh.server;

import static java.util.Objects.requireNonNull;

import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.Reader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/// Our own description of the part of Cloud Hypervisor's API that we use. A type ends with `[]` if
/// there are several, and with `!` if it must be there.
public final class ApiDescription {
    private static final String RESOURCE = "/io/sunaba/hypervisor/clh/api.json";
    private static final String SCHEMAS = "schemas";

    private final JsonObject json;

    private ApiDescription(JsonObject json) {
        this.json = json;
    }

    /// Reads the description.
    public static ApiDescription read() {
        try (InputStream stream =
                        requireNonNull(ApiDescription.class.getResourceAsStream(RESOURCE));
                Reader reader = new InputStreamReader(stream, StandardCharsets.UTF_8)) {
            return new ApiDescription(JsonParser.parseReader(reader).getAsJsonObject());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /// A property of a schema.
    ///
    /// @param type `string`, `integer`, `boolean`, or the name of a schema or an enumeration
    public record Property(String type, boolean several, boolean required) {
        static Property of(String text) {
            String type = text.replace("!", "").replace("[]", "");
            return new Property(type, text.contains("[]"), text.endsWith("!"));
        }
    }

    /// Returns the operations, such as `PUT vm.boot`.
    public Set<String> operations() {
        return json.getAsJsonObject("operations").keySet();
    }

    public Set<String> schemas() {
        return json.getAsJsonObject(SCHEMAS).keySet();
    }

    public Set<String> enums() {
        return json.getAsJsonObject("enums").keySet();
    }

    public Map<String, Property> properties(String schema) {
        Map<String, Property> properties = new TreeMap<>();
        json.getAsJsonObject(SCHEMAS)
                .getAsJsonObject(schema)
                .entrySet()
                .forEach(entry ->
                        properties.put(
                                entry.getKey(), Property.of(entry.getValue().getAsString())));
        return properties;
    }

    public List<String> values(String enumeration) {
        List<String> values = new ArrayList<>();
        json.getAsJsonObject("enums")
                .getAsJsonArray(enumeration)
                .forEach(value -> values.add(value.getAsString()));
        return values;
    }

    /// Returns all members of all schemas, such as `DiskConfig.path`, and all values of all
    /// enumerations, such as `ImageType.Raw`.
    public Set<String> members() {
        Set<String> members = new TreeSet<>();
        schemas()
                .forEach(schema ->
                        properties(schema)
                                .keySet()
                                .forEach(name -> members.add(schema + "." + name)));
        enums().forEach(each -> values(each).forEach(value -> members.add(each + "." + value)));
        return members;
    }

    /// Returns those of [#members] that are in a value, which violates nothing.
    Set<String> members(String type, JsonElement value) {
        Set<String> members = new TreeSet<>();
        collect(type, value, members);
        return members;
    }

    private void collect(String type, JsonElement value, Set<String> members) {
        if (value.isJsonArray()) {
            value.getAsJsonArray().forEach(each -> collect(type, each, members));
        } else if (enums().contains(type)) {
            members.add(type + "." + value.getAsString());
        } else if (schemas().contains(type)) {
            Map<String, Property> properties = properties(type);
            value.getAsJsonObject()
                    .entrySet()
                    .forEach(entry -> {
                        members.add(type + "." + entry.getKey());
                        collect(
                                requireNonNull(properties.get(entry.getKey())).type(),
                                entry.getValue(),
                                members);
                    });
        }
    }

    /// Returns the schema of an operation's body, or null if it has none.
    public @Nullable String body(String operation) {
        JsonElement body =
                json.getAsJsonObject("operations").getAsJsonObject(operation).get("body");
        return body == null ? null : body.getAsString();
    }

    /// Lists what is wrong with a request.
    public List<String> violations(String operation, @Nullable JsonElement content) {
        if (!operations().contains(operation)) {
            return List.of("there is no operation " + operation);
        }
        String schema = body(operation);
        if (schema == null || content == null) {
            return schema == null && content == null
                    ? List.of()
                    : List.of("the body must be " + schema);
        }
        return violationsOf(schema, content);
    }

    /// Lists what is wrong with a value of a schema.
    List<String> violationsOf(String schema, JsonElement value) {
        List<String> violations = new ArrayList<>();
        check(schema, value, schema, violations);
        return violations;
    }

    private void check(String type, JsonElement value, String where, List<String> violations) {
        boolean right =
                switch (type) {
                    case "string" -> value.isJsonPrimitive() && isString(value);
                    case "integer" ->
                            value.isJsonPrimitive()
                                    && value.getAsJsonPrimitive().isNumber()
                                    && value.getAsString().matches("\\d+");
                    case "boolean" ->
                            value.isJsonPrimitive() && value.getAsJsonPrimitive().isBoolean();
                    default -> checkNamed(type, value, where, violations);
                };
        if (!right) {
            violations.add("%s is no %s: %s".formatted(where, type, value));
        }
    }

    private static boolean isString(JsonElement value) {
        return value.getAsJsonPrimitive().isString();
    }

    private boolean checkNamed(
            String type, JsonElement value, String where, List<String> violations) {
        if (enums().contains(type)) {
            return value.isJsonPrimitive() && values(type).contains(value.getAsString());
        }
        if (!value.isJsonObject()) {
            return false;
        }
        Map<String, Property> properties = properties(type);
        JsonObject object = value.getAsJsonObject();
        properties.forEach((name, property) -> {
            if (property.required() && !object.has(name)) {
                violations.add("%s lacks %s".formatted(where, name));
            }
        });
        for (Map.Entry<String, JsonElement> entry : object.entrySet()) {
            String place = where + "." + entry.getKey();
            Property property = properties.get(entry.getKey());
            if (property == null) {
                violations.add(place + " is not described");
            } else if (!property.several()) {
                check(property.type(), entry.getValue(), place, violations);
            } else if (entry.getValue().isJsonArray()) {
                entry.getValue()
                        .getAsJsonArray()
                        .forEach(each -> check(property.type(), each, place, violations));
            } else {
                violations.add(place + " is no array");
            }
        }
        return true;
    }
}
