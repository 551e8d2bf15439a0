package io.sunaba.shell.cache;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.sunaba.error.NotFoundException;
import io.sunaba.shell.command.Arguments;
import io.sunaba.shell.command.Call;
import io.sunaba.shell.command.Command;
import io.sunaba.shell.command.UsageException;
import io.sunaba.shell.format.Formats;
import java.io.InputStream;
import java.io.OutputStream;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.apache.felix.gogo.runtime.CommandProcessorImpl;
import org.apache.felix.gogo.runtime.threadio.ThreadIOImpl;
import org.apache.felix.service.command.CommandSession;
import org.apache.felix.service.command.Converter;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class CacheCommandsTest {
    private final FakePools cache = new FakePools("a", "b");
    private final FakePools other = new FakePools("c");
    private final CacheCommands commands =
            new CacheCommands(() -> Map.of("cache", cache, "other", other));
    private final CommandProcessorImpl processor = new CommandProcessorImpl(new ThreadIOImpl());

    @AfterEach
    void stop() {
        processor.stop();
    }

    private @Nullable Object run(String name, String... words) throws Exception {
        Command command =
                commands.list().stream()
                        .filter(known -> known.syntax().name().equals(name))
                        .findFirst()
                        .orElseThrow();
        try (CommandSession session =
                processor.createSession(
                        InputStream.nullInputStream(),
                        OutputStream.nullOutputStream(),
                        OutputStream.nullOutputStream())) {
            return command.body()
                    .run(new Call(session, Arguments.parse(command.syntax(), List.of(words))));
        }
    }

    private List<String> ids() {
        return commands.pools().stream().map(PoolStatus::id).toList();
    }

    @Test
    void statusShowsThePoolsOfAllFactories() throws Exception {
        cache.put("b", 3, Optional.of("no template yet"));
        Object pools = requireNonNull(run("status"));

        assertThat(pools).isEqualTo(commands.pools());
        assertThat(ids()).containsExactly("a", "b", "c");
        CharSequence text = new Formats().format(pools, Converter.INSPECT, new Formats());
        assertThat(Arrays.asList(String.valueOf(text).split("\n")))
                .anySatisfy(line ->
                        assertThat(line)
                                .matches("cache +b +qemu +1 +256 MiB +1 +1 +3 +no template yet"))
                .anySatisfy(line -> assertThat(line).matches("other +c .* -"));
    }

    @Test
    void drainTakesThoseThatAreNamedOrAll() throws Exception {
        run("drain", "a", "c");
        assertThat(ids()).containsExactly("b");
        assertThatThrownBy(() -> run("drain", "a"))
                .isInstanceOf(NotFoundException.class)
                .hasMessageContaining("'a'");
        run("drain");
        assertThat(ids()).isEmpty();
    }

    @Test
    void resizeTakesANumber() throws Exception {
        run("resize", "c", "7");
        assertThat(other.list().getFirst().target()).isEqualTo(7);
        assertThatThrownBy(() -> run("resize", "c", "many")).isInstanceOf(UsageException.class);
        assertThatThrownBy(() -> run("resize", "c", "-1")).isInstanceOf(UsageException.class);
        assertThatThrownBy(() -> run("resize", "d", "1")).isInstanceOf(NotFoundException.class);
    }
}
