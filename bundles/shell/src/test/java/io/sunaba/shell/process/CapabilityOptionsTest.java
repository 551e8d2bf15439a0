package io.sunaba.shell.process;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import io.sunaba.sandbox.Capabilities;
import io.sunaba.shell.command.Arguments;
import io.sunaba.shell.command.Syntax;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class CapabilityOptionsTest {
    private static final Syntax SYNTAX =
            new Syntax("box", "run", "Run").with(CapabilityOptions.ADD, CapabilityOptions.DROP);

    private static @Nullable Capabilities changed(@Nullable Capabilities old, String... words) {
        return CapabilityOptions.changed(Arguments.parse(SYNTAX, List.of(words)), old);
    }

    @Test
    void nothingAskedForChangesNothing() {
        assertThat(changed(null)).isNull();
        assertThat(changed(Capabilities.NONE)).isSameAs(Capabilities.NONE);
    }

    @Test
    void theUsualOnesAreWhatIsChanged() {
        assertThat(requireNonNull(changed(null, "--cap-add", "net_admin")).effective())
                .containsAll(Capabilities.USUAL.effective())
                .contains("CAP_NET_ADMIN");
        assertThat(requireNonNull(changed(null, "--cap-drop", "CAP_CHOWN")).bounding())
                .hasSize(Capabilities.USUAL.bounding().size() - 1)
                .doesNotContain("CAP_CHOWN");
    }

    @Test
    void allAreDroppedBeforeSomeAreAdded() {
        List<String> ambient = List.of("CAP_KILL");
        Capabilities old = new Capabilities(ambient, ambient, ambient, ambient, ambient);
        assertThat(changed(old, "--cap-add", "CHOWN", "--cap-drop", "all"))
                .isEqualTo(Capabilities.of(List.of("CAP_CHOWN")));
    }
}
