package io.sunaba.guest.agent;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

class NetlinkTest {
    private static final int GET_LINK = 18;

    @Test
    void theKernelSaysWhyItRefuses() throws Exception {
        try (NetworkNamespace network = new NetworkNamespace()) {
            network.run(() -> {
                network.plug("plug0", "02:00:00:00:00:01");
                try (Netlink netlink = Netlink.open(network.calls(), Netlink.NO_GROUP)) {
                    Links.Link link =
                            new Links(netlink)
                                    .list().stream()
                                            .filter(one -> one.name().equals("plug0"))
                                            .findFirst()
                                            .orElseThrow();
                    assertThatThrownBy(() -> new Links(netlink).setMtu(link, 67))
                            .isInstanceOf(ErrnoException.class)
                            .hasMessage(
                                    "set the MTU of interface plug0 to 67: "
                                            + "mtu less than device minimum: "
                                            + "invalid argument");
                    new Links(netlink).setMtu(link, 68);
                    assertThat(link.minMtu()).isEqualTo(68);
                    assertThat(link.maxMtu()).isEqualTo(65_535);
                }
            });
        }
    }

    @Test
    void whatIsBrokenIsToldApartFromWhatIsNot() throws Exception {
        List<byte[]> real = new ArrayList<>();
        try (NetworkNamespace network = new NetworkNamespace();
                Netlink netlink =
                        network.call(() -> Netlink.open(network.calls(), Netlink.NO_GROUP))) {
            NetlinkRequest all = new NetlinkRequest().u8(0, 0).u16(0).u32(0).u32(0).u32(0);
            for (Netlink.Message message : netlink.dump("links", GET_LINK, all)) {
                real.add(message.content());
            }
        }
        Random random = new Random(3);
        int broken = 0;
        for (int i = 0; i < 50_000; i++) {
            byte[] bytes = real.get(random.nextInt(real.size())).clone();
            for (int flips = random.nextInt(8); flips >= 0; flips--) {
                bytes[random.nextInt(Math.min(bytes.length, 200))] = (byte) random.nextInt();
            }
            byte[] cut = Arrays.copyOf(bytes, random.nextInt(bytes.length + 1));
            for (byte[] block : List.of(bytes, cut)) {
                try {
                    Links.link(block);
                    Netlink.parse(block, block.length);
                    Addresses.assigned(block);
                    KernelRoutes.spec(block);
                } catch (IOException e) {
                    broken++;
                }
            }
        }
        assertThat(broken).isPositive();
    }

    @Test
    void lengthsThatLieAreRefused() {
        byte[] tooLong = new NetlinkRequest().u32(100).u16(16).u16(0).u32(0).u32(0).bytes();
        assertThatThrownBy(() -> Netlink.parse(tooLong, tooLong.length))
                .isInstanceOf(IOException.class)
                .hasMessage("netlink: a message of 100 bytes");
        byte[] tooShort = new NetlinkRequest().u32(0).u16(16).u16(0).u32(0).u32(0).bytes();
        assertThatThrownBy(() -> Netlink.parse(tooShort, tooShort.length))
                .hasMessage("netlink: a message of 0 bytes");
        byte[] attribute = new NetlinkRequest().u16(2).u16(7).bytes();
        assertThatThrownBy(() -> Attributes.parse(attribute, 0))
                .isInstanceOf(IOException.class)
                .hasMessage("netlink: attribute 7 has length 2");
    }
}
