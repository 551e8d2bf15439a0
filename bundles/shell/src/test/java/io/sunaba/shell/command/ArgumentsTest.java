package io.sunaba.shell.command;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ArgumentsTest {
    private static final Syntax SYNTAX =
            new Syntax("box", "run", "Run", "BOX", "[MORE]")
                    .with(
                            Option.value("memory", "SIZE", "memory"),
                            Option.value("cpus", "NUMBER", "processors"),
                            Option.values("env", "NAME=VALUE", "variable"),
                            Option.flag("force", "at any rate"))
                    .withProgram();

    @Test
    void partsAreTakenApart() {
        Arguments arguments =
                Arguments.parse(
                        SYNTAX,
                        List.of(
                                "one",
                                "--memory",
                                "1G",
                                "--env=A=1",
                                "--env",
                                "B=2",
                                "--force",
                                "--",
                                "sh",
                                "--memory",
                                "",
                                "--",
                                "-x"));
        assertThat(arguments.operand(0)).isEqualTo("one");
        assertThat(arguments.findOperand(1)).isEmpty();
        assertThat(arguments.size("memory")).contains(1L << 30);
        assertThat(arguments.options("env")).containsExactly("A=1", "B=2");
        assertThat(arguments.flag("force")).isTrue();
        assertThat(arguments.count("cpus")).isEmpty();
        assertThat(arguments.program()).containsExactly("sh", "--memory", "", "--", "-x");
    }

    @Test
    void aProgramFollowsTheLastOperand() {
        Arguments arguments =
                Arguments.parse(
                        SYNTAX,
                        List.of(
                                "--force", "one", "two", "--cpus", "2", "sh", "-c", "x", "--",
                                "-"));
        assertThat(arguments.operand(1)).isEqualTo("two");
        assertThat(arguments.count("cpus")).contains(2);
        assertThat(arguments.program()).containsExactly("sh", "-c", "x", "--", "-");
    }

    @ParameterizedTest
    @CsvSource({
        "one --mem 1 -- x, unknown option --mem",
        "one -f -- x, unknown option -f",
        "-- x, BOX is missing",
        "one --memory -- x, --memory: SIZE is missing",
        "one two, the command to run is missing",
        "one two --, the command to run is missing",
        "one two -x, unknown option -x",
        "one --force=1 -- x, --force takes no argument",
        "one --cpus 1 --cpus 2 -- x, --cpus is given twice",
    })
    void wrongUseIsNamed(String line, String problem) {
        assertThatThrownBy(() -> Arguments.parse(SYNTAX, List.of(line.split(" "))))
                .isInstanceOf(UsageException.class)
                .hasMessage("box:run: " + problem + "; see box:run --help");
    }

    @ParameterizedTest
    @CsvSource({"0.5", "0", "-1", "x", "''", "99999999999"})
    void countsAreWholeAndPositive(String text) {
        Arguments arguments = Arguments.parse(SYNTAX, List.of("one", "--cpus", text, "--", "x"));
        assertThatThrownBy(() -> arguments.count("cpus"))
                .hasMessageContaining("--cpus " + text + ": not a whole number of at least 1");
    }

    @ParameterizedTest
    @CsvSource({"12Q", "1.5G", "-1", "G", "''", "999999999999999T"})
    void sizesHaveAUnit(String text) {
        Arguments arguments = Arguments.parse(SYNTAX, List.of("one", "--memory", text, "--", "x"));
        assertThatThrownBy(() -> arguments.size("memory"))
                .hasMessageContaining("--memory " + text + ": not a size");
    }

    @Test
    void helpNeedsNothingElse() {
        assertThat(Arguments.parse(SYNTAX, List.of("--help")).flag("help")).isTrue();
        assertThat(SYNTAX.help())
                .contains("usage: box:run [--memory SIZE] [--cpus NUMBER] [--env NAME=VALUE]...");
    }
}
