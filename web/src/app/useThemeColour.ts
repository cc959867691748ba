import { useColorScheme, useTheme } from '@mui/material/styles';
import { useEffect } from 'react';

/** Colours the browser's own frame like the page, also when the person chose another scheme than the system's. */
export function useThemeColour(): void {
  const { colorScheme } = useColorScheme();
  const { colorSchemes } = useTheme();
  const colour = colorScheme && colorSchemes?.[colorScheme]?.palette.surface.sidebar;
  useEffect(() => {
    if (!colour) return;
    for (const meta of document.querySelectorAll<HTMLMetaElement>('meta[name="theme-color"]')) meta.content = colour;
  }, [colour]);
}
