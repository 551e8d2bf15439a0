package io.sunaba.launcher;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class CommandLineTest {
    @Test
    void oneArgumentIsALine() {
        assertThat(join("sandbox:list | json")).isEqualTo("sandbox:list | json");
    }

    @Test
    void severalArgumentsAreWords() {
        assertThat(join("sandbox:run", "--", "sh", "-c", "echo $HOME", "it's", "", "a|b", "x=1"))
                .isEqualTo("sandbox:run -- sh -c 'echo $HOME' 'it'\\''s' '' 'a|b' 'x=1'");
    }

    private static String join(String... arguments) {
        String[] all = new String[arguments.length + 1];
        System.arraycopy(arguments, 0, all, 1, arguments.length);
        return CommandLine.join(all, 1);
    }
}
