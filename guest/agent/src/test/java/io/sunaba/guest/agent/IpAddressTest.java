package io.sunaba.guest.agent;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import java.net.Inet6Address;
import java.net.InetAddress;
import java.util.Random;
import org.junit.jupiter.api.Test;

class IpAddressTest {
    private static IpAddress address(String text) {
        return requireNonNull(IpAddress.parse(text), text);
    }

    @Test
    void textsAreCanonical() {
        String[][] cases = {
            {"10.0.2.15", "10.0.2.15"},
            {"255.255.255.255", "255.255.255.255"},
            {"::", "::"},
            {"::1", "::1"},
            {"1::", "1::"},
            {"FD00:0:0:0:0:0:0:0001", "fd00::1"},
            {"2001:db8:0:0:1:0:0:1", "2001:db8::1:0:0:1"},
            {"2001:db8:0:1:1:1:1:1", "2001:db8:0:1:1:1:1:1"},
            {"2001:0:0:1:0:0:0:1", "2001:0:0:1::1"},
            {"1:2:3:4:5:6:7:8", "1:2:3:4:5:6:7:8"},
            {"1:2:3:4:5:6::", "1:2:3:4:5:6::"},
            {"::ffff:10.0.2.15", "::ffff:a00:20f"},
            {"64:ff9b::192.0.2.33", "64:ff9b::c000:221"},
        };
        for (String[] one : cases) {
            assertThat(address(one[0])).as(one[0]).hasToString(one[1]);
            assertThat(address(one[1]))
                    .isEqualTo(address(one[0]))
                    .hasSameHashCodeAs(address(one[0]));
        }
        assertThat(address("::ffff:10.0.2.15")).isNotEqualTo(address("10.0.2.15"));
    }

    @Test
    void whatIsNoAddressIsNone() {
        for (String text :
                new String[] {
                    "",
                    ".",
                    ":",
                    ":::",
                    "1",
                    "1.2.3",
                    "1.2.3.4.5",
                    "1.2.3.256",
                    "01.2.3.4",
                    "1.2.3.4 ",
                    "1.2.3.-4",
                    "1.2.3.+4",
                    "1.2..4",
                    "localhost",
                    "10.0.2.15/24",
                    "1:2:3:4:5:6:7",
                    "1:2:3:4:5:6:7:8:9",
                    "1:2:3:4:5:6:7::8",
                    "1::2::3",
                    "::12345",
                    "::g",
                    ":1:2:3:4:5:6:7:8",
                    "1:2:3:4:5:6:7:8:",
                    "::1.2.3",
                    "1.2.3.4::",
                    "::1.2.3.4:5",
                    "fe80::1%eth0",
                    "[::1]",
                    "0".repeat(1_000_000),
                    "::" + "0:".repeat(1_000_000),
                }) {
            assertThat(IpAddress.parse(text)).as("'%.40s'", text).isNull();
        }
    }

    @Test
    void itAgreesWithJava() throws Exception {
        Random random = new Random(1);
        for (int i = 0; i < 20_000; i++) {
            byte[] bytes = new byte[random.nextBoolean() ? 4 : 16];
            for (int j = 0; j < bytes.length; j++) {
                // Many zeros, for the gaps.
                bytes[j] = random.nextInt(3) == 0 ? (byte) random.nextInt() : 0;
            }
            IpAddress address = IpAddress.of(bytes);
            InetAddress java =
                    bytes.length == 4
                            ? InetAddress.getByAddress(bytes)
                            : Inet6Address.getByAddress(null, bytes, -1);

            assertThat(IpAddress.parse(address.toString())).isEqualTo(address);
            assertThat(IpAddress.parse(java.getHostAddress())).isEqualTo(address);
            assertThat(address.isMulticast()).isEqualTo(java.isMulticastAddress());
            assertThat(address.isLinkLocal()).isEqualTo(java.isLinkLocalAddress());
            assertThat(address.isLoopback()).isEqualTo(java.isLoopbackAddress());
            assertThat(address.isUnspecified()).isEqualTo(java.isAnyLocalAddress());
        }
    }

    @Test
    void anyTextIsAnAddressOrNone() {
        Random random = new Random(2);
        String letters = "0123456789abcdefF:::...%/ x";
        for (int i = 0; i < 200_000; i++) {
            StringBuilder text = new StringBuilder();
            int length = random.nextInt(24);
            for (int j = 0; j < length; j++) {
                text.append(letters.charAt(random.nextInt(letters.length())));
            }
            IpAddress address = IpAddress.parse(text.toString());
            if (address != null) {
                assertThat(IpAddress.parse(address.toString())).isEqualTo(address);
            }
        }
    }

    @Test
    void bitsBeyondAPrefixAreSeen() {
        assertThat(address("10.0.2.0").hasOnlyZerosFrom(24)).isTrue();
        assertThat(address("10.0.2.0").hasOnlyZerosFrom(23)).isTrue();
        assertThat(address("10.0.2.0").hasOnlyZerosFrom(22)).isFalse();
        assertThat(address("fd00::").hasOnlyZerosFrom(8)).isTrue();
        assertThat(address("fd00::1").hasOnlyZerosFrom(127)).isFalse();
        assertThat(address("fd00::1").hasOnlyZerosFrom(128)).isTrue();
    }
}
