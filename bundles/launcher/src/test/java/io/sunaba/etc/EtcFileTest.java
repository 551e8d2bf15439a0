package io.sunaba.etc;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class EtcFileTest {
    private static final String DOCUMENT =
            """
            <metatype:MetaData xmlns:metatype="http://www.osgi.org/xmlns/metatype/v1.3.0">
              <OCD id="x.Settings" name="x" xmlns:sunaba="https://sunaba.io/xmlns/configuration/v1.0.0">
                <AD id="accel" type="String" required="true" default="auto">
                  <Option label="auto" value="auto"/><Option label="kvm" value="kvm"/>
                </AD>
                <AD id="timeout" type="String" required="true" default="5s"
                    sunaba:pattern="\\d+s" sunaba:rule="a number with s, such as 5s"/>
                <AD id="names" type="String" cardinality="-1" required="false" sunaba:pattern="[a-z]+" sunaba:rule="a-z"/>
                <AD id="port" type="Integer" required="true" default="1" min="1" max="65535"/>
                <AD id="count" type="Long" required="true" default="1" min="0"/>
                <AD id="enabled" type="Boolean" required="true" default="false"/>
                <AD id="directory" type="String" required="true"/>
              </OCD>
              <Designate pid="x.pid"><Object ocdref="x.Settings"/></Designate>
            </metatype:MetaData>
            """;

    @TempDir Path folder;
    private Path file = Path.of("x.pid.cfg");

    @BeforeEach
    void place() {
        file = folder.resolve("x.pid.cfg");
    }

    private static List<Definition> definitions() throws IOException {
        return Metatype.read(new ByteArrayInputStream(DOCUMENT.getBytes(UTF_8)));
    }

    private EtcFile read(String... lines) throws IOException, InvalidFileException {
        Files.write(file, List.of(lines));
        return EtcFile.read(file, Map.of("home", "/opt/x")::get);
    }

    @Test
    void whatIsAllowedPasses() throws Exception {
        EtcFile read =
                read(
                        "# a comment",
                        "accel = kvm ",
                        "timeout = 7s",
                        "names = a, b",
                        "port=8080",
                        "enabled = true",
                        "directory = ${home}/data",
                        "service.ranking = 7");

        read.check(definitions());
        assertThat(read.pid()).isEqualTo("x.pid");
        assertThat(read.name()).isNull();
        assertThat(read.values())
                .containsEntry("directory", "/opt/x/data")
                .containsEntry("accel", "kvm");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "acel = kvm     | acel is no property; there are accel, count, directory, enabled, names, port, timeout",
                "accel = xen    | accel is 'xen': it must be auto or kvm",
                "timeout = soon | timeout is 'soon': it must be a number with s, such as 5s",
                "names = a,B    | names is 'a,B': it must be a-z, or several with commas",
                "port = 65536   | port is '65536': it must be a whole number from 1 to 65535",
                "port = x       | port is 'x': it must be a whole number from 1 to 65535",
                "count = -1     | count is '-1': it must be a whole number of at least 0",
                "enabled = yes  | enabled is 'yes': it must be true or false",
            })
    void whatIsNotNamesPropertyValueAndRule(String line, String message) throws Exception {
        EtcFile read = read("directory = /x", line);

        assertThatThrownBy(() -> read.check(definitions())).hasMessage(file + ": " + message);
    }

    @Test
    void whatMustBeSetIsMissed() throws Exception {
        EtcFile read = read();

        assertThatThrownBy(() -> read.check(definitions()))
                .hasMessage(file + ": directory is not set");
    }

    @Test
    void aFileThatCannotBeReadSaysWhy() throws Exception {
        assertThatThrownBy(() -> read("a = 1", "a = 2")).hasMessage(file + ": a is set twice");
        assertThatThrownBy(() -> read("a = ${nonesuch}"))
                .hasMessage(file + ": a is '${nonesuch}': there is no variable ${nonesuch}");
        assertThatThrownBy(() -> read("a = \\uXYZW"))
                .hasMessageContaining(file + " cannot be read: ");
        Files.write(file, "a = ü".getBytes(StandardCharsets.ISO_8859_1));
        assertThatThrownBy(() -> EtcFile.read(file, _ -> null))
                .hasMessage(file + " is not text in UTF-8");
    }

    @Test
    void oneOfSeveralHasAName() throws Exception {
        file = folder.resolve("x.pid~second.cfg");

        EtcFile read = read("port = 1");
        assertThat(read.pid()).isEqualTo("x.pid");
        assertThat(read.name()).isEqualTo("second");
    }

    @Test
    void whatNobodyDescribesPasses() throws Exception {
        read("anything = goes").check(List.of());
    }
}
