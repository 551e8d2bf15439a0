package io.sunaba.hypervisor.clh;

import static org.assertj.core.api.Assertions.assertThat;

import io.sunaba.hypervisor.clh.server.ApiDescription;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestReporter;

/// Compares our own description of the API with the published one.
class ApiDescriptionTest {
    private static final String VARIABLE = "SUNABA_CLH_OPENAPI";

    private final ApiDescription ours = ApiDescription.read();

    @Test
    void ownDescriptionIsComplete() {
        for (String operation : ours.operations()) {
            String body = ours.body(operation);
            if (body != null) {
                assertThat(ours.schemas()).contains(body);
            }
        }
        for (String schema : ours.schemas()) {
            ours.properties(schema)
                    .forEach((name, property) ->
                            assertThat(known(property.type())).as(schema + "." + name).isTrue());
        }
    }

    private boolean known(String type) {
        return List.of("string", "integer", "boolean").contains(type)
                || ours.schemas().contains(type)
                || ours.enums().contains(type);
    }

    @Test
    void publishedDescriptionAllowsWhatOursDoes(TestReporter reporter) throws Exception {
        @Nullable String file = System.getenv(VARIABLE);
        if (file == null) {
            reporter.publishEntry(
                    VARIABLE
                            + " names no copy of Cloud Hypervisor's OpenAPI description: ours was not compared with it");
            return;
        }
        Yaml published = Yaml.parse(Files.readAllLines(Path.of(file)));
        for (String operation : ours.operations()) {
            String[] words = operation.split(" ", 2);
            Yaml theirs = published.at("paths", "/" + words[1], words[0].toLowerCase(Locale.ROOT));
            String body = ours.body(operation);
            assertThat(theirs.text().contains("requestBody")).as(operation).isEqualTo(body != null);
            if (body != null) {
                assertThat(theirs.text()).as(operation).contains("#/components/schemas/" + body);
            }
        }
        Yaml schemas = published.at("components", "schemas");
        for (String schema : ours.schemas()) {
            compare(schema, schemas.at(schema));
        }
        for (String enumeration : ours.enums()) {
            assertThat(schemas.at(enumeration).value("enum"))
                    .contains(ours.values(enumeration).stream().map(v -> "\"" + v + "\"").toList());
        }
    }

    private void compare(String schema, Yaml theirs) {
        ours.properties(schema)
                .forEach((name, property) -> {
                    Yaml other = theirs.at("properties", name);
                    String where = schema + "." + name;
                    if (property.several()) {
                        assertThat(other.value("type")).as(where).isEqualTo("array");
                        other = other.at("items");
                    }
                    if (known(property.type()) && property.type().matches("[a-z]+")) {
                        assertThat(other.value("type")).as(where).isEqualTo(property.type());
                    } else {
                        assertThat(other.value("$ref"))
                                .as(where)
                                .contains("#/components/schemas/" + property.type() + "\"");
                    }
                });
        List<String> needed = new ArrayList<>();
        ours.properties(schema)
                .forEach((name, property) -> {
                    if (property.required()) {
                        needed.add(name);
                    }
                });
        assertThat(needed).as(schema).containsAll(theirs.list("required"));
    }
}
